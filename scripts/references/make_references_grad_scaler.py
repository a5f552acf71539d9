"""Writes tests/references/grad_scaler.txt: the scale, the growth tracker and a parameter after each iteration with torch.amp.GradScaler."""
import os

import torch

lines = []
for name, clip in (("plain", False), ("clipped", True)):
    p = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.5]))
    optimizer = torch.optim.SGD([p], lr=0.1, momentum=0.9)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_factor=3.0, backoff_factor=0.25, growth_interval=3)
    for i in range(14):
        optimizer.zero_grad()
        factor = float("inf") if i in (2, 9) else float("nan") if i == 10 else 1.0 + i
        scaler.scale((p * p * torch.tensor([1.0, factor, 0.5])).sum()).backward()
        if clip:
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_([p], 0.75)
        scaler.step(optimizer)
        scaler.update()
        lines.append(f"{name} {scaler.get_scale()} {scaler._get_growth_tracker()} " + " ".join(repr(v) for v in p.tolist()))
    scaler.update(7.5)
    lines.append(f"{name}_new {scaler.get_scale()} {scaler._get_growth_tracker()} 0 0 0")
with open(os.path.join(os.path.dirname(__file__), "../../tests/references/grad_scaler.txt"), "w") as file:
    file.write("\n".join(lines) + "\n")
