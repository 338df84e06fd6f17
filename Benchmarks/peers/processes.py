"""Whole processes: what a calculator, an algebra system and a script with JAX take for one loss.

Needs no library: run it by any Python; JAX is measured with the Python that runs it.
"""

import os
import re
import shutil
import subprocess
import sys

from measuring import Peer

peer = Peer("processes")

# softplus(log(e^b + e^c) - a) at a = 2, b = 1, c = 0.1, and its derivatives by them.
VALUE, GRADIENT = 0.41703001627783, [-0.34099886111403, 0.24243297070471, 0.09856589040932]

JAX = """
import jax
jax.config.update("jax_enable_x64", True)
f = lambda s: jax.nn.softplus(jax.nn.logsumexp(s[1:]) - s[0])
v, g = jax.value_and_grad(f)(jax.numpy.array([2, 1, 0.1]))
print(v, *g)
"""

COMMANDS = {
    # It derives by one variable in a call: this is the first of the four numbers' time.
    "qalc": (
        ["qalc", "-t", "-set", "precision 16", "diff(ln(1 + e^(ln(e^1 + e^0.1) - x)), x, 1, 2)"],
        GRADIENT[:1]),
    "maxima": (
        ["maxima", "--very-quiet", "--batch-string",
         "S: log(1 + exp(log(exp(b) + exp(c)) - a))$ linel: 200$"
         " float(subst([a = 2, b = 1, c = 0.1], [S, diff(S, a), diff(S, b), diff(S, c)]));"],
        [VALUE, *GRADIENT]),
    "JAX": ([sys.executable, "-c", JAX], [VALUE, *GRADIENT]),
}


def numbers(text):
    text = text.replace("\u2212", "-").replace("- ", "-")
    return [float(number) for number in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", text)]


def run(command, silence):
    process = os.posix_spawn(command[0], command, os.environ, file_actions=silence)
    os.waitpid(process, 0)


def processes():
    for name, (command, wanted) in COMMANDS.items():
        program = shutil.which(command[0])
        if program is None:
            print(f"skipped: {name} is not installed", file=sys.stderr)
            continue
        done = subprocess.run(command, capture_output=True, text=True)
        if name == "JAX" and done.returncode != 0:
            print("skipped: JAX is not installed", file=sys.stderr)
            continue
        got = numbers(done.stdout)[-len(wanted):]
        if len(got) != len(wanted) or any(abs(a - b) > 1e-9 for a, b in zip(got, wanted)):
            raise SystemExit(f"{name}: wrong answer in P6: {done.stdout}{done.stderr}")
        null = os.open(os.devnull, os.O_WRONLY)
        silence = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
        command = [program, *command[1:]]
        peer.name = name
        peer.measure("P6", "ms", lambda: run(command, silence))
        os.close(null)


peer.run({"P6": processes})
