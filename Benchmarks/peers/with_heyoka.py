"""heyoka, compiled by LLVM, over columns. Its formula overflows where scores exceed 709."""

from measuring import Peer

peer = Peer("heyoka")

import heyoka
import numpy as np

import inputs


def compiled():
    s = heyoka.make_vars(*[f"s{i}" for i in range(10)])
    lse = heyoka.log(heyoka.sum([heyoka.exp(score) for score in s[1:]]))
    value = heyoka.log(1.0 + heyoka.exp(lse - s[0]))
    tensors = heyoka.diff_tensors([value], s, diff_order=1)
    return heyoka.cfunc([value, *tensors.gradient], s)


def one_point():
    s, outputs, function = inputs.scores(10), np.zeros(11), compiled()
    body = lambda: function(s, outputs=outputs)
    body()
    peer.check("P1", (outputs[0], outputs[1:]), inputs.hinge(s))
    peer.measure("P1", "ns", body)


def rows():
    count = 1000 if peer.quick else 1_000_000
    s = inputs.scores(count * 10).reshape(count, 10)
    columns, outputs = np.ascontiguousarray(s.T), np.zeros((11, count))
    function = compiled()
    body = lambda: function(columns, outputs=outputs)
    body()
    value, gradient = inputs.hinge(s)
    peer.check("P2", (outputs[0], outputs[1:]), (value, gradient.T))
    peer.measure(
        "P2", "M rows/s", body, size=count / 1e6, layout="columns", threads=peer.threads)


peer.run({"P1": one_point, "P2": rows})
