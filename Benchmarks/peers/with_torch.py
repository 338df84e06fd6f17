"""PyTorch, in eager mode: reverse sweeps over a tape that each call records."""

from measuring import Peer

peer = Peer("PyTorch")

import numpy as np
import torch

import inputs

torch.set_num_threads(peer.threads)
softplus = torch.nn.functional.softplus


def differentiated(loss, point):
    """A call that gives the value and the gradient of a loss, whose elements may be many rows."""
    point = torch.tensor(point, requires_grad=True)
    # Rows do not depend on each other: the gradient of their sum is the gradient of each.
    seeds = torch.ones_like(loss(point))

    def body():
        value = loss(point)
        (gradient,) = torch.autograd.grad(value, point, seeds)
        return value.detach(), gradient

    return body


def one_point():
    s = inputs.scores(10)
    body = differentiated(lambda s: softplus(torch.logsumexp(s[1:], 0) - s[0]), s)
    peer.check("P1", body(), inputs.hinge(s))
    peer.measure("P1", "ns", body)


def rows():
    count = 1000 if peer.quick else 1_000_000
    s = inputs.scores(count * 10).reshape(count, 10)
    value, gradient = inputs.hinge(s)
    body = differentiated(lambda s: softplus(torch.logsumexp(s[:, 1:], 1) - s[:, 0]), s)
    peer.check("P2", body(), (value, gradient))
    peer.measure(
        "P2", "M rows/s", body, size=count / 1e6, layout="rows", threads=peer.threads)
    body = differentiated(
        lambda s: softplus(torch.logsumexp(s[1:], 0) - s[0]), np.ascontiguousarray(s.T))
    peer.check("P2", body(), (value, gradient.T))
    peer.measure(
        "P2", "M rows/s", body, size=count / 1e6, layout="columns", threads=peer.threads)


def many_scores():
    s = inputs.scores(1000 if peer.quick else 1_000_000)
    body = differentiated(lambda s: softplus(torch.logsumexp(s[1:], 0) - s[0]), s)
    peer.check("P3", body(), inputs.hinge(s))
    peer.measure("P3", "ms", body, threads=peer.threads)


def regression():
    features, classes, weights = inputs.regression(100 if peer.quick else 10_000)
    x, y = torch.tensor(features), torch.tensor(classes)
    body = differentiated(lambda w: torch.nn.functional.cross_entropy(x @ w, y), weights)
    peer.check("P4", body(), inputs.regression_loss(features, classes, weights))
    peer.measure("P4", "ms", body, threads=peer.threads)


def hessian():
    s = inputs.scores(100)
    point = torch.tensor(s)
    compiled = torch.func.hessian(lambda s: softplus(torch.logsumexp(s[1:], 0) - s[0]))
    body = lambda: compiled(point)
    peer.check("P5", [body()], [inputs.hinge_hessian(s)])
    peer.measure("P5", "us", body)


peer.run({"P1": one_point, "P2": rows, "P3": many_scores, "P4": regression, "P5": hessian})
