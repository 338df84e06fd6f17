"""CasADi, in its virtual machine, called through buffers that are set once."""

from measuring import Peer

peer = Peer("CasADi")

import casadi
import numpy as np

import inputs


def function():
    """Value and gradient of S over 10 scores: the stable formula, with the largest score taken as a
    constant in the derivative, which it is: the gradient does not depend on it."""
    s = casadi.SX.sym("s", 10)
    m = casadi.SX.sym("m")
    lse = m + casadi.log(casadi.sum1(casadi.exp(s[1:] - m)))
    x = lse - s[0]
    value = casadi.fmax(x, 0) + casadi.log1p(casadi.exp(-casadi.fabs(x)))
    most = casadi.mmax(s[1:])
    outputs = casadi.substitute([value, casadi.gradient(value, s)], [m], [most])
    return casadi.Function("hinge", [s], outputs, ["s"], ["value", "gradient"], {"cse": True})


def buffered(f, point, *results):
    buffer, call = f.buffer()
    buffer.set_arg(0, memoryview(point))
    for place, result in enumerate(results):
        buffer.set_res(place, memoryview(result))
    call()
    return buffer, call


def one_point():
    s, value, gradient = inputs.scores(10), np.zeros(1), np.zeros(10)
    buffer, call = buffered(function(), s, value, gradient)
    expected = inputs.hinge(s)
    peer.check("P1", (value[0], gradient), expected)
    peer.measure("P1", "ns", call)


def rows():
    count = 1000 if peer.quick else 1_000_000
    s = inputs.scores(count * 10)
    value, gradient = np.zeros(count), np.zeros(count * 10)
    buffer, call = buffered(function().map(count), s, value, gradient)
    expected = inputs.hinge(s.reshape(count, 10))
    peer.check("P2", (value, gradient.reshape(count, 10)), expected)
    peer.measure(
        "P2", "M rows/s", call, size=count / 1e6, layout="rows", threads=peer.threads)


peer.run({"P1": one_point, "P2": rows})
