#!/usr/bin/env python3
"""Makes tests/references/func.safetensors with PyTorch (CPU): functional transforms (torch.func, torch.autograd.functional) of
small functions, in float64. tests/api_eager/func_test.cpp has the same functions.
"""
import json
import struct
from pathlib import Path

import torch
from torch import nn
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, stack_module_state, vjp, vmap

OUT = Path(__file__).resolve().parents[2] / "tests" / "references"
torch.set_default_dtype(torch.float64)
T = {}


def values(*shape, seed=0):
    count = 1
    for n in shape:
        count *= n
    return (torch.arange(count, dtype=torch.float64) * 0.37 + seed).sin().reshape(shape)


def put(name, tensor):
    T[name] = tensor.detach().contiguous()


def scalar(w, x):
    return (torch.tanh(x @ w) ** 2).sum() + (w ** 3).sum()


def vector(x, a):
    return torch.stack([x[0] * x[1] * a, torch.exp(x[0]) + x[2], (x * x).sum(), torch.sin(x[2]) * a])


w, x = values(3, 2), values(4, 3, seed=1)
put("grad", grad(scalar)(w, x))
put("grad1", grad(scalar, argnums=1)(w, x))
put("vmap_grad", vmap(grad(scalar), in_dims=(None, 0))(w, x))
put("vmap_grad_dims", vmap(grad(scalar), in_dims=(None, 1), out_dims=2)(w, x.T.contiguous()))
v, a = values(3, seed=2), torch.tensor(0.7)
put("jacrev", jacrev(vector)(v, a))
put("jacrev1", jacrev(vector, argnums=1)(v, a))
put("jacfwd", jacfwd(vector)(v, a))
put("jacfwd_jacrev", jacfwd(jacrev(vector))(v, a))
put("hessian", hessian(lambda t: scalar(t, x))(w))
put("third", grad(grad(grad(lambda t: torch.sin(t) * t ** 3)))(torch.tensor(0.9)))
y, back = vjp(vector, v, a)
put("vjp_value", y)
gv, ga = back(values(4, seed=3))
put("vjp_v", gv)
put("vjp_a", ga)
y, t = jvp(vector, (v, a), (values(3, seed=4), torch.tensor(-1.5)))
put("jvp", t)
put("vmap_jvp", vmap(lambda u: jvp(lambda q: vector(q, a), (v,), (u,))[1])(values(5, 3, seed=5)))
put("nested", vmap(vmap(lambda p, q: (p * q).sum() + torch.exp(p).mean(), in_dims=(None, 0)), in_dims=(0, None))(values(2, 3), values(4, 3, seed=6)))
put("hvp", torch.autograd.functional.hvp(lambda t: scalar(t, x), w, values(3, 2, seed=7))[1])
put("vhp", torch.autograd.functional.vhp(lambda t: scalar(t, x), w, values(3, 2, seed=7))[1])
ja, jb = torch.autograd.functional.jacobian(lambda p, q: p.exp().sum(0) * q, (values(2, 3), values(3, seed=8)))
put("functional_jacobian0", ja)
put("functional_jacobian1", jb)

net = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3 * 3 * 3, 5), nn.LayerNorm(5))
state = {name: values(*p.shape, seed=9 + i) * 0.5 for i, (name, p) in enumerate(net.state_dict().items())}
images, labels = values(6, 1, 8, 8, seed=20), torch.tensor([0, 3, 1, 4, 2, 2])


def loss(parameters, image, label):
    return nn.functional.cross_entropy(functional_call(net, parameters, (image.unsqueeze(0),)), label.unsqueeze(0))


for name, gradient in vmap(grad(loss), in_dims=(None, 0, 0))(state, images, labels).items():
    put("net." + name, gradient)

models = [nn.Linear(3, 2) for _ in range(3)]
for i, model in enumerate(models):
    with torch.no_grad():
        model.weight.copy_(values(2, 3, seed=30 + i))
        model.bias.copy_(values(2, seed=40 + i))
params, buffers = stack_module_state(models)
put("ensemble", vmap(lambda p, b, t: functional_call(models[0], (p, b), (t,)), in_dims=(0, 0, None))(params, buffers, x))

header, offset = {}, 0
for name, tensor in T.items():
    size = 8 * tensor.numel()
    header[name] = {"dtype": "F64", "shape": list(tensor.shape), "data_offsets": [offset, offset + size]}
    offset += size
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
path = OUT / "func.safetensors"
path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(t.numpy().tobytes() for t in T.values()))
path.chmod(0o644)
print(path, path.stat().st_size, "bytes")
