#!/usr/bin/env python3
"""Golden vectors: what PyTorch gives, in float64, for inputs that are float32 numbers.

    pip install torch numpy && python3 make.py > golden.json

The oracles are held to these digits by ../tests/golden.rs. A case is an operation, its settings, tensors that go in by
name, and tensors that must come out by name; a tensor is {"shape": […], "data": […]}.
"""

import json
import platform

import torch
import torch.nn.functional as F

torch.manual_seed(20261125)
torch.set_default_dtype(torch.float64)
cases = []


def draw(*shape, scale=1.0):
    """Float32 numbers in float64."""
    return (torch.randn(*shape, dtype=torch.float32) * scale).to(torch.float64)


def f32(number):
    """What the setting is once it is rounded to float32."""
    return float(torch.tensor(number, dtype=torch.float32))


def case(operation, settings, given, wanted):
    tensor = lambda t: {"shape": list(t.shape), "data": t.detach().flatten().tolist()}
    named = lambda tensors: {name: tensor(t) for name, t in tensors.items()}
    cases.append({"operation": operation, "settings": settings, "given": named(given), "wanted": named(wanted)})


def differentiated(operation, settings, given, forward):
    """A case with the output for what is given, and the gradient of each for a drawn gradient of the output."""
    leaves = {name: t.clone().requires_grad_() for name, t in given.items()}
    output = forward(**leaves)
    gradient = draw(*output.shape)
    output.backward(gradient)
    wanted = {"output": output} | {f"to_{name}": leaf.grad for name, leaf in leaves.items()}
    case(operation, settings, given | {"gradient": gradient}, wanted)


for shape in [(1, 1), (5, 7), (2, 3, 4)]:
    inputs = shape[-1]
    differentiated("dense", {}, {"input": draw(*shape), "weight": draw(inputs, 3), "bias": draw(3)},
                   lambda input, weight, bias: input @ weight + bias)
for name, function in [("relu", torch.relu), ("sigmoid", torch.sigmoid), ("tanh", torch.tanh),
                       ("softmax", lambda x: torch.softmax(x, -1))]:
    differentiated(name, {}, {"input": draw(3, 5, scale=3.0)}, lambda input: function(input))
differentiated("flatten", {}, {"input": draw(2, 3, 2, 2)}, lambda input: input.flatten(1))

WINDOWS = [((1, 1), (1, 1), (0, 0)), ((3, 3), (1, 1), (1, 1)), ((3, 2), (2, 1), (1, 0)), ((2, 5), (1, 3), (0, 2)),
           ((5, 5), (2, 2), (2, 2))]
for kernel, stride, padding in WINDOWS:
    window = {"kernel": kernel, "stride": stride, "padding": padding}
    differentiated("conv2d", window, {"input": draw(2, 3, 6, 7), "weight": draw(4, 3, *kernel), "bias": draw(4)},
                   lambda input, weight, bias: F.conv2d(input, weight, bias, stride, padding))
    # PyTorch refuses padding of more than half a kernel.
    if all(2 * p <= k for k, p in zip(kernel, padding)):
        differentiated("max-pool2d", window, {"input": draw(2, 2, 6, 7)},
                       lambda input: F.max_pool2d(input, kernel, stride, padding))
        differentiated("average-pool2d", window, {"input": draw(2, 2, 6, 7)},
                       lambda input: F.avg_pool2d(input, kernel, stride, padding))

epsilon = f32(1e-5)
for offset in [0.0, 100.0]:
    given = {"input": draw(3, 2, 4, 5) + offset, "gamma": draw(2), "beta": draw(2)}
    differentiated("batch-norm2d", {"epsilon": epsilon}, given,
                   lambda input, gamma, beta: F.batch_norm(input, None, None, gamma, beta, True, 0.1, epsilon))
given = {"input": draw(3, 2, 4, 5), "gamma": draw(2), "beta": draw(2), "mean": draw(2), "variance": draw(2).abs()}
output = F.batch_norm(given["input"], given["mean"], given["variance"], given["gamma"], given["beta"], False, 0.1, epsilon)
case("batch-norm2d-inference", {"epsilon": epsilon}, given, {"output": output})

for rows, classes in [(1, 2), (7, 10)]:
    logits = draw(rows, classes, scale=5.0).requires_grad_()
    targets = torch.randint(classes, (rows,))
    loss = F.cross_entropy(logits, targets)
    loss.backward()
    case("cross-entropy", {}, {"logits": logits, "targets": targets.to(torch.float64)},
         {"value": loss, "gradient": logits.grad})
predictions, targets = draw(4, 3).requires_grad_(), draw(4, 3)
loss = F.mse_loss(predictions, targets)
loss.backward()
case("mean-squared-error", {}, {"predictions": predictions, "targets": targets}, {"value": loss, "gradient": predictions.grad})


def steps(operation, settings, make):
    """Five steps of an optimizer: the parameters before, the gradient of each step, the parameters after each."""
    start = draw(2, 3)
    parameter = start.clone().requires_grad_()
    optimizer = make([parameter])
    given, wanted = {"parameter": start}, {}
    for step in range(5):
        given[f"gradient_{step}"] = draw(2, 3)
        parameter.grad = given[f"gradient_{step}"].clone()
        optimizer.step()
        wanted[f"parameter_{step}"] = parameter.detach().clone()
    case(operation, settings, given, wanted)


for momentum, decay in [(0.0, 0.0), (0.9, 0.0), (0.9, 0.01)]:
    rate, momentum, decay = f32(0.1), f32(momentum), f32(decay)
    steps("sgd", {"rate": rate, "momentum": momentum, "decay": decay},
          lambda p: torch.optim.SGD(p, lr=rate, momentum=momentum, weight_decay=decay))
for decay, decoupled in [(0.0, False), (0.01, False), (0.01, True)]:
    rate, beta1, beta2, epsilon, decay = map(f32, (1e-3, 0.9, 0.999, 1e-8, decay))
    kind = torch.optim.AdamW if decoupled else torch.optim.Adam
    steps("adam", {"rate": rate, "beta1": beta1, "beta2": beta2, "epsilon": epsilon, "decay": decay, "decoupled": decoupled},
          lambda p: kind(p, lr=rate, betas=(beta1, beta2), eps=epsilon, weight_decay=decay))

differentiated("gelu", {}, {"input": draw(3, 7, scale=2.0)}, lambda input: F.gelu(input))
tokens, table = torch.tensor([[3.0, 0.0, 3.0], [1.0, 3.0, 4.0]]), draw(5, 4).requires_grad_()
output, gradient = F.embedding(tokens.long(), table), draw(2, 3, 4)
output.backward(gradient)
case("token-embedding", {}, {"input": tokens, "table": table, "gradient": gradient},
     {"output": output, "to_input": torch.zeros(2, 3), "to_table": table.grad})
differentiated("position-embedding", {}, {"input": draw(2, 3, 4), "table": draw(5, 4)},
               lambda input, table: input + table[:input.shape[1]])
epsilon = f32(1e-5)
for offset in [0.0, 100.0]:
    given = {"input": draw(2, 3, 6) + offset, "gamma": draw(6), "beta": draw(6)}
    differentiated("layer-norm", {"epsilon": epsilon}, given,
                   lambda input, gamma, beta: F.layer_norm(input, (6,), gamma, beta, epsilon))

PROJECTIONS = [f"{kind}_{name}" for name in ["query", "key", "value", "output"] for kind in ["weight", "bias"]]


def attend(heads, causal, input, parameters):
    """Multi-head attention as PyTorch has it, with weights [inputs, outputs]."""
    wq, bq, wk, bk, wv, bv, wo, bo = parameters
    part = lambda w, b: (input @ w + b).unflatten(-1, (heads, -1)).transpose(1, 2)
    mixed = F.scaled_dot_product_attention(part(wq, bq), part(wk, bk), part(wv, bv), is_causal=causal)
    return mixed.transpose(1, 2).flatten(2) @ wo + bo


def projections(width):
    shapes = [(width, width), (width,)] * 4
    return {name: draw(*shape) for name, shape in zip(PROJECTIONS, shapes)}


for (n, t, width), heads, causal in [((2, 4, 6), 2, True), ((1, 5, 4), 4, False), ((1, 3, 3), 1, True)]:
    differentiated("attention", {"heads": heads, "causal": causal}, {"input": draw(n, t, width)} | projections(width),
                   lambda input, **named: attend(heads, causal, input, [named[name] for name in PROJECTIONS]))

BLOCK = (["gamma_1", "beta_1"] + PROJECTIONS
         + ["gamma_2", "beta_2", "weight_wide", "bias_wide", "weight_narrow", "bias_narrow"])


def transform(heads, input, parameters):
    """A causal block with its norms in front."""
    norm = lambda x, of: F.layer_norm(x, x.shape[-1:], of[0], of[1], epsilon)
    between = input + attend(heads, True, norm(input, parameters[:2]), parameters[2:10])
    w1, b1, w2, b2 = parameters[12:]
    return between + F.gelu(norm(between, parameters[10:12]) @ w1 + b1) @ w2 + b2


width, expansion = 4, 2
given = {"input": draw(2, 3, width), "gamma_1": draw(width), "beta_1": draw(width)} | projections(width)
given |= {"gamma_2": draw(width), "beta_2": draw(width)}
given |= {"weight_wide": draw(width, expansion * width), "bias_wide": draw(expansion * width)}
given |= {"weight_narrow": draw(expansion * width, width), "bias_narrow": draw(width)}
differentiated("transformer-block", {"heads": 2, "expansion": expansion}, given,
               lambda input, **named: transform(2, input, [named[name] for name in BLOCK]))

print(json.dumps({"made_by": {"torch": torch.__version__, "python": platform.python_version()}, "cases": cases}, indent=None))
