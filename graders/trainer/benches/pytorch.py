#!/usr/bin/env python3
"""Training steps per second of the native trainer beside PyTorch's, on one thread each, in one run.

    pip install torch && python3 graders/trainer/benches/pytorch.py [ROUNDS]

Both gather shuffled batches of noise, go forward and back, and move the parameters, in turn. Seconds are those that the
thread ran, so that others' work on the machine is no part of them; a cell is the median over the rounds.
"""

import os
import statistics
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"
import torch
from torch import nn
import torch.nn.functional as F

torch.set_num_threads(1)
EXAMPLES, CLASSES = 2000, 10
STEPS = {"cnn": 40, "mlp": 400}
ABOUT = {
    "cnn": "milestone 3's on CIFAR-10: 3x32x32, 3 x (conv 3x3, ReLU, max-pool), dense 512-10; batch 50, Adam",
    "mlp": "MNIST: 784-128-10, ReLU; batch 64, SGD with momentum",
}


def cnn():
    stages = [nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)) for i, o in [(3, 8), (8, 16), (16, 32)]]
    model = nn.Sequential(*stages, nn.Flatten(), nn.Linear(512, CLASSES))
    return model, (3, 32, 32), torch.optim.Adam(model.parameters(), lr=2e-3), 50


def mlp():
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, CLASSES))
    return model, (784,), torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9), 64


def torch_seconds(network):
    model, shape, optimizer, batch = {"cnn": cnn, "mlp": mlp}[network]()
    x, y = torch.randn(EXAMPLES, *shape), torch.arange(EXAMPLES) % CLASSES
    start = time.thread_time()
    order = torch.randperm(STEPS[network] * batch) % EXAMPLES
    for places in order.split(batch):
        optimizer.zero_grad()
        F.cross_entropy(model(x[places]), y[places]).backward()
        optimizer.step()
    return time.thread_time() - start


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    build = ["cargo", "build", "--release", "--quiet", "-p", "tito-trainer", "--example", "timed_training"]
    subprocess.run(build, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    ours = subprocess.Popen([f"{target}/release/examples/timed_training"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True, env={**os.environ, "RAYON_NUM_THREADS": "1"})
    print(f"torch {torch.__version__}, one thread, {rounds} rounds\n")
    print("| network | steps a second, ours | PyTorch | ratio |")
    print("|---|---|---|---|")
    for network, steps in STEPS.items():
        pairs = []
        for _ in range(rounds):
            ours.stdin.write(f"{network} {steps}\n")
            ours.stdin.flush()
            mine = float(ours.stdout.readline())
            pairs.append((steps / mine, steps / torch_seconds(network)))
        ratio = statistics.median(mine / theirs for mine, theirs in pairs)
        mine, theirs = (statistics.median(column) for column in zip(*pairs))
        print(f"| {ABOUT[network]} | {mine:.0f} | {theirs:.0f} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
