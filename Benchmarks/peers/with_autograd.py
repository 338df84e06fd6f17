"""Autograd: a tape in Python over NumPy."""

from measuring import Peer

peer = Peer("Autograd")

import autograd
import autograd.numpy as np
from autograd.scipy.special import logsumexp

import inputs


def one_point():
    s = inputs.scores(10)
    function = autograd.value_and_grad(lambda s: np.logaddexp(0, logsumexp(s[1:]) - s[0]))
    body = lambda: function(s)
    peer.check("P1", body(), inputs.hinge(s))
    peer.measure("P1", "ns", body)


peer.run({"P1": one_point})
