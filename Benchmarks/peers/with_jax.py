"""JAX, compiled by XLA; every answer is waited for."""

from measuring import Peer

peer = Peer("JAX")

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import numpy as np

import inputs


def loss(s):
    return jax.nn.softplus(jax.nn.logsumexp(s[1:]) - s[0])


def waiting(function, *arguments):
    compiled = jax.jit(function)
    arguments = [jnp.asarray(argument) for argument in arguments]
    return lambda: jax.block_until_ready(compiled(*arguments))


def one_point():
    s = inputs.scores(10)
    body = waiting(jax.value_and_grad(loss), s)
    peer.check("P1", body(), inputs.hinge(s))
    peer.measure("P1", "ns", body)


def rows():
    count = 1000 if peer.quick else 1_000_000
    s = inputs.scores(count * 10).reshape(count, 10)
    value, gradient = inputs.hinge(s)
    row_function = jax.value_and_grad(loss)
    body = waiting(jax.vmap(row_function), s)
    peer.check("P2", body(), (value, gradient))
    peer.measure(
        "P2", "M rows/s", body, size=count / 1e6, layout="rows", threads=peer.threads)
    body = waiting(jax.vmap(row_function, in_axes=1, out_axes=(0, 1)), np.ascontiguousarray(s.T))
    peer.check("P2", body(), (value, gradient.T))
    peer.measure(
        "P2", "M rows/s", body, size=count / 1e6, layout="columns", threads=peer.threads)


def many_scores():
    s = inputs.scores(1000 if peer.quick else 1_000_000)
    body = waiting(jax.value_and_grad(loss), s)
    peer.check("P3", body(), inputs.hinge(s))
    peer.measure("P3", "ms", body, threads=peer.threads)


def regression():
    features, classes, weights = inputs.regression(100 if peer.quick else 10_000)

    def mean_loss(w, x, y):
        z = x @ w
        chosen = jnp.take_along_axis(z, y[:, None], axis=1)[:, 0]
        return jnp.mean(jax.nn.logsumexp(z, axis=1) - chosen)

    body = waiting(jax.value_and_grad(mean_loss), weights, features, classes)
    peer.check("P4", body(), inputs.regression_loss(features, classes, weights))
    peer.measure("P4", "ms", body, threads=peer.threads)


def hessian():
    s = inputs.scores(100)
    body = waiting(jax.hessian(loss), s)
    peer.check("P5", [body()], [inputs.hinge_hessian(s)])
    peer.measure("P5", "us", body)


peer.run({"P1": one_point, "P2": rows, "P3": many_scores, "P4": regression, "P5": hessian})
