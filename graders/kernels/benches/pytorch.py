#!/usr/bin/env python3
"""The native kernels beside PyTorch's on one thread, in one run, forward and backward.

    pip install torch && python3 graders/kernels/benches/pytorch.py [ROUNDS]

Both are asked in turn, in rounds, so that what disturbs the machine disturbs both; a cell is the median over the rounds of
PyTorch's time divided by ours: 1 is as fast, 0.7 is what is asked for.
"""

import os
import statistics
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
RUNS = 5
# rows, inputs, outputs
DENSE = [(64, 64, 64), (512, 512, 512), (64, 784, 128), (256, 128, 10)]
# images, channels, height, width, outputs, kernel, stride, padding
CONV = [
    (1, 32, 32, 32, 64, 3, 1, 1),
    (32, 8, 28, 28, 16, 3, 1, 1),
    (32, 3, 32, 32, 32, 3, 1, 1),
    (64, 12, 16, 16, 32, 3, 1, 1),
    (64, 32, 8, 8, 64, 3, 1, 1),
    (64, 64, 4, 4, 128, 3, 1, 1),
    (32, 16, 28, 28, 32, 5, 2, 2),
    (32, 64, 16, 16, 64, 1, 1, 0),
]
# sequences, length, width, and heads where there are some: what milestone 5 trains, and what is between its dense layers
GELU = [(16, 64, 256)]
LAYER_NORM = [(16, 64, 64)]
ATTENTION = [(16, 64, 64, 4)]


def fastest(run):
    best = float("inf")
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def torch_seconds(operation, backward, shape):
    if operation == "dense":
        rows, inputs, outputs = shape
        x, w, b = torch.randn(rows, inputs), torch.randn(inputs, outputs), torch.randn(outputs)
        forward = lambda: torch.addmm(b, x, w)
        leaves = (x, w, b)
    elif operation == "gelu":
        x = torch.randn(*shape)
        forward = lambda: F.gelu(x)
        leaves = (x,)
    elif operation == "layer-norm":
        x, gamma, beta = torch.randn(*shape), torch.randn(shape[-1]), torch.randn(shape[-1])
        forward = lambda: F.layer_norm(x, shape[-1:], gamma, beta)
        leaves = (x, gamma, beta)
    elif operation == "attention":
        *extents, heads = shape
        width = extents[-1]
        x, weights, biases = torch.randn(*extents), torch.randn(4, width, width) / width**0.5, torch.randn(4, width)
        leaves = (x, *(w.clone() for w in weights), *(b.clone() for b in biases))

        def forward():
            x, wq, wk, wv, wo, bq, bk, bv, bo = leaves
            part = lambda w, b: (x @ w + b).unflatten(-1, (heads, -1)).transpose(1, 2)
            mixed = F.scaled_dot_product_attention(part(wq, bq), part(wk, bk), part(wv, bv), is_causal=True)
            return mixed.transpose(1, 2).flatten(2) @ wo + bo
    else:
        images, channels, height, width, outputs, kernel, stride, padding = shape
        x, w = torch.randn(images, channels, height, width), torch.randn(outputs, channels, kernel, kernel)
        b = torch.randn(outputs)
        forward = lambda: F.conv2d(x, w, b, stride, padding)
        leaves = (x, w, b)
    if not backward:
        with torch.no_grad():
            forward()
            return fastest(forward)
    for leaf in leaves:
        leaf.requires_grad_()
    y = forward()
    dy = torch.randn_like(y)
    run = lambda: torch.autograd.grad(y, leaves, dy, retain_graph=True)
    run()
    return fastest(run)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    build = ["cargo", "build", "--release", "--quiet", "-p", "tito-kernels", "--example", "timed"]
    subprocess.run(build, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    ours = subprocess.Popen([f"{target}/release/examples/timed"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                            env={**os.environ, "RAYON_NUM_THREADS": "1"})
    print(f"torch {torch.__version__}, one thread, {rounds} rounds of the fastest of {RUNS}\n")
    print("| operation | shape | forward, ms (ours, PyTorch) | ratio | backward, ms (ours, PyTorch) | ratio |")
    print("|---|---|---|---|---|---|")
    for operation, shapes in [("dense", DENSE), ("conv2d", CONV), ("gelu", GELU), ("layer-norm", LAYER_NORM),
                              ("attention", ATTENTION)]:
        for shape in shapes:
            cells = []
            for backward in [False, True]:
                pairs = []
                for _ in range(rounds):
                    question = f"{operation} {'backward' if backward else 'forward'} {' '.join(map(str, shape))}\n"
                    ours.stdin.write(question)
                    ours.stdin.flush()
                    mine = float(ours.stdout.readline())
                    pairs.append((mine, torch_seconds(operation, backward, shape)))
                ratio = statistics.median(theirs / mine for mine, theirs in pairs)
                mine, theirs = (statistics.median(column) * 1e3 for column in zip(*pairs))
                cells += [f"{mine:.3f}, {theirs:.3f}", f"{ratio:.2f}"]
            print(f"| {operation} | {'x'.join(map(str, shape))} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
