"""Losses of public PyTorch programs, which tests/api_eager/ported_programs_test.cpp has in C++: tests/references/programs_torch.txt.

Weights and data are numbers that both languages can write down (`values`), in float64; a line is a program's losses, step by step.
Made with PyTorch 2.15."""
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call, grad, vmap

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
lines = []


def values(*shape, seed=0.0):
    return torch.sin(torch.arange(math.prod(shape)) * 0.37 + seed).reshape(shape)


def set_weights(module):
    with torch.no_grad():
        for i, p in enumerate(module.parameters()):
            p.copy_(values(*p.shape, seed=i) * 0.3)
    return module


def put(name, losses):
    lines.append(" ".join([name, *(repr(float(loss)) for loss in losses)]))


# WGAN-GP: the gradient of a gradient's norm (github.com/caogang/wgan-gp).
G = set_weights(nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2)))
D = set_weights(nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)))
og, od = torch.optim.Adam(G.parameters(), lr=0.01, betas=(0.5, 0.9)), torch.optim.Adam(D.parameters(), lr=0.01, betas=(0.5, 0.9))
losses = []
for t in range(4):
    real, noise, alpha = values(6, 2, seed=t) + 2, values(6, 2, seed=t + 0.5), values(6, 1, seed=t + 0.7).abs()
    fake = G(noise).detach()
    interpolates = (alpha * real + (1 - alpha) * fake).requires_grad_()
    out = D(interpolates)
    gradients = torch.autograd.grad(outputs=out, inputs=interpolates, grad_outputs=torch.ones(out.size()), create_graph=True, retain_graph=True)[0]
    penalty = ((gradients.norm(2, dim=1) - 1) ** 2).mean() * 10
    od.zero_grad()
    cost = D(fake).mean() - D(real).mean() + penalty
    cost.backward()
    od.step()
    og.zero_grad()
    g_cost = -D(G(noise)).mean()
    g_cost.backward()
    og.step()
    losses += [cost, g_cost]
put("wgan_gp", losses)


# A bidirectional LSTM with a conditional random field (tutorials/beginner/nlp/advanced_tutorial.py).
def log_sum_exp(vec):
    max_score = vec[0, torch.argmax(vec, 1).item()]
    return max_score + torch.log(torch.sum(torch.exp(vec - max_score.view(1, -1).expand(1, vec.size()[1]))))


class BiLSTM_CRF(nn.Module):
    def __init__(self):
        super().__init__()
        self.word_embeds, self.lstm, self.hidden2tag = nn.Embedding(9, 5), nn.LSTM(5, 3, num_layers=1, bidirectional=True), nn.Linear(6, 5)
        self.transitions = nn.Parameter(torch.randn(5, 5))

    def features(self, sentence):
        out, _ = self.lstm(self.word_embeds(sentence).view(len(sentence), 1, -1))
        return self.hidden2tag(out.view(len(sentence), 6))

    def loss(self, sentence, tags):
        feats = self.features(sentence)
        forward_var = torch.full((1, 5), -10000.0)
        forward_var[0][3] = 0.0
        for feat in feats:
            forward_var = torch.cat(
                [log_sum_exp(forward_var + self.transitions[tag].view(1, -1) + feat[tag].view(1, -1).expand(1, 5)).view(1) for tag in range(5)]
            ).view(1, -1)
        total = log_sum_exp(forward_var + self.transitions[4])
        score, tags = torch.zeros(1), torch.cat([torch.tensor([3]), tags])
        for i, feat in enumerate(feats):
            score = score + self.transitions[tags[i + 1], tags[i]] + feat[tags[i + 1]]
        return total - (score + self.transitions[4, tags[-1]])


model = set_weights(BiLSTM_CRF())
with torch.no_grad():
    model.transitions[3, :] = -10000
    model.transitions[:, 4] = -10000
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=1e-4)
losses = []
for t in range(4):
    model.zero_grad()
    loss = model.loss(torch.tensor([0, 4, 2, 8, 1]), torch.tensor([0, 1, 2, 2, 1]))
    loss.backward()
    optimizer.step()
    losses.append(loss)
put("bilstm_crf", losses)

# MAML: a gradient through a step of gradient descent, for several tasks at once (functorch's maml_regression).
net = set_weights(nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1)))
params = {k: p.detach().clone().requires_grad_() for k, p in net.named_parameters()}
optimizer = torch.optim.Adam(params.values(), lr=0.01)
losses = []
for t in range(4):

    def task(x1, y1, x2, y2):
        inner = lambda p, x, y: ((functional_call(net, p, (x,)) - y) ** 2).mean()
        g = grad(inner)(params, x1, y1)
        return inner({k: params[k] - 0.1 * g[k] for k in params}, x2, y2)

    x1, x2 = values(3, 5, 1, seed=t) * 5, values(3, 5, 1, seed=t + 0.3) * 5
    a = torch.tensor([1.0, 2.0, 3.0]).view(3, 1, 1)
    loss = vmap(task)(x1, a * torch.sin(x1), x2, a * torch.sin(x2)).sum() / 3
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss)
put("maml", losses)

# Burgers' equation by a network: second derivatives inside of L-BFGS (github.com/jayroxis/PINNs).
net = set_weights(nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1)))
x, t = values(20, 1).requires_grad_(), values(20, 1, seed=1).abs().requires_grad_()
x0 = values(10, 1, seed=2)
u0 = -torch.sin(math.pi * x0)
losses = []
optimizer = torch.optim.LBFGS(net.parameters(), lr=1.0, max_iter=8, history_size=5, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    u = net(torch.cat([x, t], 1))
    ones = torch.ones_like(u)
    u_t = torch.autograd.grad(u, t, grad_outputs=ones, retain_graph=True, create_graph=True)[0]
    u_x = torch.autograd.grad(u, x, grad_outputs=ones, retain_graph=True, create_graph=True)[0]
    u_xx = torch.autograd.grad(u_x, x, grad_outputs=ones, retain_graph=True, create_graph=True)[0]
    loss = ((u0 - net(torch.cat([x0, torch.zeros_like(x0)], 1))) ** 2).mean() + ((u_t + u * u_x - 0.01 / math.pi * u_xx) ** 2).mean()
    loss.backward()
    losses.append(loss)
    return loss


optimizer.step(closure)
put("burgers", losses[:8])


# VQ-VAE with moving averages (github.com/zalandoresearch/pytorch-vq-vae).
class VectorQuantizerEMA(nn.Module):
    def __init__(self, k, d):
        super().__init__()
        self.k, self.d = k, d
        self.register_buffer("cluster_size", torch.ones(k))
        self.register_buffer("w", values(k, d, seed=5))
        self.register_buffer("weight", self.w.clone())

    def forward(self, inputs):
        inputs = inputs.permute(0, 2, 3, 1).contiguous()
        flat = inputs.view(-1, self.d)
        distances = torch.sum(flat**2, dim=1, keepdim=True) + torch.sum(self.weight**2, dim=1) - 2 * torch.matmul(flat, self.weight.t())
        indices = torch.argmin(distances, dim=1).unsqueeze(1)
        encodings = torch.zeros(indices.shape[0], self.k)
        encodings.scatter_(1, indices, 1)
        quantized = torch.matmul(encodings, self.weight).view(inputs.shape)
        with torch.no_grad():
            self.cluster_size = self.cluster_size * 0.9 + 0.1 * torch.sum(encodings, 0)
            self.w = self.w * 0.9 + 0.1 * torch.matmul(encodings.t(), flat)
            self.weight = self.w / self.cluster_size.unsqueeze(1)
        loss = 0.25 * F.mse_loss(quantized.detach(), inputs)
        quantized = inputs + (quantized - inputs).detach()
        p = torch.mean(encodings, dim=0)
        return loss, quantized.permute(0, 3, 1, 2).contiguous(), torch.exp(-torch.sum(p * torch.log(p + 1e-10)))


encoder = set_weights(nn.Sequential(nn.Conv2d(1, 4, 4, 2, 1), nn.ReLU(), nn.Conv2d(4, 3, 3, 1, 1)))
decoder = set_weights(nn.Sequential(nn.ConvTranspose2d(3, 4, 4, 2, 1), nn.ReLU(), nn.Conv2d(4, 1, 3, 1, 1)))
vq = VectorQuantizerEMA(6, 3)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=0.01, amsgrad=True)
losses = []
for t in range(4):
    data = values(3, 1, 8, 8, seed=t)
    optimizer.zero_grad()
    vq_loss, quantized, perplexity = vq(encoder(data))
    recon = F.mse_loss(decoder(quantized), data) / 0.06
    (recon + vq_loss).backward()
    optimizer.step()
    losses += [recon, vq_loss, perplexity]
put("vq_vae", losses)

# A mixture of experts: gates scattered, examples sent to their experts and back (github.com/davidmrau/mixture-of-experts).
experts = [set_weights(nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))) for _ in range(4)]
w_gate = values(4, 4, seed=9).requires_grad_()
optimizer = torch.optim.SGD([w_gate, *(p for e in experts for p in e.parameters())], lr=0.2, momentum=0.9)
losses = []
for t in range(4):
    x, y = values(8, 4, seed=t), torch.arange(8) % 3
    top, where = torch.softmax(x @ w_gate, 1).topk(2, dim=1)
    gates = torch.zeros(8, 4).scatter(1, where, top / (top.sum(1, keepdim=True) + 1e-6))
    sorted_experts, index = torch.nonzero(gates).sort(0)
    _, expert_index = sorted_experts.split(1, dim=1)
    batch_index = torch.nonzero(gates)[index[:, 1], 0]
    parts = (gates > 0).sum(0).tolist()
    nonzero_gates = torch.gather(gates[batch_index.flatten()], 1, expert_index)
    outputs = [e(part) for e, part in zip(experts, torch.split(x[batch_index].squeeze(1), parts, dim=0))]
    out = torch.zeros(8, 3).index_add(0, batch_index, torch.cat(outputs, 0).mul(nonzero_gates))
    importance = gates.sum(0)
    loss = F.cross_entropy(out, y) + 0.01 * importance.var() / (importance.mean() ** 2 + 1e-10)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss)
put("mixture_of_experts", losses)


# Translation with attention (tutorials/intermediate/seq2seq_translation_tutorial.py).
class Attention(nn.Module):
    def __init__(self, h):
        super().__init__()
        self.Wa, self.Ua, self.Va = nn.Linear(h, h), nn.Linear(h, h), nn.Linear(h, 1)

    def forward(self, query, keys):
        scores = self.Va(torch.tanh(self.Wa(query) + self.Ua(keys))).squeeze(2).unsqueeze(1)
        weights = F.softmax(scores, dim=-1)
        return torch.bmm(weights, keys), weights


class Decoder(nn.Module):
    def __init__(self, h, n):
        super().__init__()
        self.embedding, self.attention, self.gru, self.out = nn.Embedding(n, h), Attention(h), nn.GRU(2 * h, h, batch_first=True), nn.Linear(h, n)

    def forward(self, outputs, hidden, target):
        token, results = torch.zeros(outputs.size(0), 1, dtype=torch.long), []
        for i in range(target.size(1)):
            context, _ = self.attention(hidden.permute(1, 0, 2), outputs)
            output, hidden = self.gru(torch.cat((self.embedding(token), context), dim=2), hidden)
            results.append(self.out(output))
            token = target[:, i].unsqueeze(1)
        return F.log_softmax(torch.cat(results, dim=1), dim=-1)


embed, encode, decode = set_weights(nn.Embedding(7, 5)), set_weights(nn.GRU(5, 5, batch_first=True)), set_weights(Decoder(5, 7))
optimizer = torch.optim.Adam([*embed.parameters(), *encode.parameters(), *decode.parameters()], lr=0.02)
losses = []
for t in range(4):
    source, target = (torch.arange(12).view(3, 4) + t) % 7, (torch.arange(12).view(3, 4) * 3 + t) % 7
    optimizer.zero_grad()
    loss = F.nll_loss(decode(*encode(embed(source)), target).view(-1, 7), target.view(-1))
    loss.backward()
    optimizer.step()
    losses.append(loss)
put("attention_translation", losses)

# Real NVP: couplings that can be turned around (github.com/senya-ashukha/real-nvp-pytorch).
nets = [set_weights(nn.Sequential(nn.Linear(2, 6), nn.LeakyReLU(), nn.Linear(6, 2), nn.Tanh())) for _ in range(4)]
nett = [set_weights(nn.Sequential(nn.Linear(2, 6), nn.LeakyReLU(), nn.Linear(6, 2))) for _ in range(4)]
mask = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).repeat(2, 1)
prior = torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))
optimizer = torch.optim.Adam([p for m in nets + nett for p in m.parameters()], lr=0.01)
losses = []
for t in range(4):
    z = values(8, 2, seed=t)
    log_det = z.new_zeros(z.shape[0])
    for i in reversed(range(4)):
        z_ = mask[i] * z
        s, shift = nets[i](z_) * (1 - mask[i]), nett[i](z_) * (1 - mask[i])
        z = (1 - mask[i]) * (z - shift) * torch.exp(-s) + z_
        log_det -= s.sum(dim=1)
    loss = -(prior.log_prob(z) + log_det).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss)
put("real_nvp", losses)


# A step of denoising diffusion with a small U-net (github.com/lucidrains/denoising-diffusion-pytorch).
class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.time_mlp = nn.Sequential(nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 8))
        self.init, self.down, self.norm, self.mid = nn.Conv2d(1, 4, 3, 1, 1), nn.Conv2d(4, 8, 4, 2, 1), nn.GroupNorm(2, 8), nn.Conv2d(8, 8, 3, 1, 1)
        self.up, self.out, self.scale = nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.Conv2d(8, 1, 1), nn.Linear(8, 16)

    def forward(self, x, time):
        emb = torch.exp(torch.arange(4) * -(math.log(10000) / 3))
        emb = time[:, None] * emb[None, :]
        t = self.time_mlp(torch.cat((emb.sin(), emb.cos()), dim=-1))
        h0 = F.silu(self.init(x))
        scale, shift = self.scale(F.silu(t))[..., None, None].chunk(2, dim=1)
        h = F.silu(self.norm(self.down(h0)) * (scale + 1) + shift)
        h = h + F.silu(self.mid(h))
        return self.out(torch.cat((F.silu(self.up(h)), h0), dim=1))


net = set_weights(Unet())
betas = torch.linspace(1e-3, 0.1, 20)
acp = torch.cumprod(1.0 - betas, dim=0)
extract = lambda a, t: a.gather(-1, t).reshape(t.shape[0], 1, 1, 1)
optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)
losses = []
for step in range(4):
    x0, noise, t = values(4, 1, 8, 8, seed=step), values(4, 1, 8, 8, seed=step + 0.5) * 1.4, (torch.arange(4) * 5 + step) % 20
    x = extract(acp.sqrt(), t) * x0 + extract((1.0 - acp).sqrt(), t) * noise
    loss = F.smooth_l1_loss(net(x, t), noise)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss)
put("diffusion", losses)


# DETR's losses for pairs that were matched (github.com/facebookresearch/detr).
def to_xyxy(x):
    x_c, y_c, w, h = x.unbind(-1)
    return torch.stack([x_c - 0.5 * w, y_c - 0.5 * h, x_c + 0.5 * w, y_c + 0.5 * h], dim=-1)


def box_area(b):
    return (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])


def generalized_box_iou(a, b):
    wh = (torch.min(a[:, None, 2:], b[:, 2:]) - torch.max(a[:, None, :2], b[:, :2])).clamp(min=0)
    inter = wh[..., 0] * wh[..., 1]
    union = box_area(a)[:, None] + box_area(b) - inter
    wh = (torch.max(a[:, None, 2:], b[:, 2:]) - torch.min(a[:, None, :2], b[:, :2])).clamp(min=0)
    area = wh[..., 0] * wh[..., 1]
    return inter / union - (area - union) / area


classes, boxes_of = set_weights(nn.Linear(6, 4)), set_weights(nn.Linear(6, 4))
optimizer = torch.optim.AdamW([*classes.parameters(), *boxes_of.parameters()], lr=0.05)
hs, targets, labels = values(1, 5, 6), torch.tensor([[0.3, 0.3, 0.2, 0.2], [0.7, 0.6, 0.3, 0.2]]), torch.tensor([0, 2])
weight = torch.ones(4)
weight[-1] = 0.1
losses = []
for t in range(4):
    logits, boxes = classes(hs), boxes_of(hs).sigmoid()
    prob = logits.flatten(0, 1).softmax(-1)
    cost = 5 * torch.cdist(boxes[0], targets, p=1) - prob[:, labels] - 2 * generalized_box_iou(to_xyxy(boxes[0]), to_xyxy(targets))
    pairs = min(((cost[i, 0] + cost[j, 1]).item(), i, j) for i in range(5) for j in range(5) if i != j)
    source = torch.tensor(pairs[1:])
    wanted = torch.full((1, 5), 3)
    wanted[0, source] = labels
    giou = torch.diag(generalized_box_iou(to_xyxy(boxes[0, source]), to_xyxy(targets)))
    loss = F.cross_entropy(logits.transpose(1, 2), wanted, weight) + 5 * F.l1_loss(boxes[0, source], targets, reduction="none").sum() / 2 + 2 * (1 - giou).sum() / 2
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_([*classes.parameters(), *boxes_of.parameters()], 0.1)
    optimizer.step()
    losses.append(loss)
put("detr", losses)

# Style transfer: Gram matrices, an image as the parameter (tutorials/advanced/neural_style_tutorial.py).
cnn = set_weights(nn.Sequential(nn.Conv2d(3, 4, 3, 1, 1), nn.ReLU(), nn.Conv2d(4, 4, 3, 1, 1)))
gram = lambda x: (x.view(x.size(0) * x.size(1), -1) @ x.view(x.size(0) * x.size(1), -1).t()).div(x.numel())
content, style = values(1, 3, 6, 6).abs(), values(1, 3, 6, 6, seed=1).abs()
image = content.clone().requires_grad_()
optimizer = torch.optim.LBFGS([image], max_iter=6)
losses = []


def closure():
    with torch.no_grad():
        image.clamp_(0, 1)
    optimizer.zero_grad()
    loss = 100 * F.mse_loss(gram(cnn(image)), gram(cnn(style)).detach()) + F.mse_loss(cnn(image), cnn(content).detach())
    loss.backward()
    losses.append(loss)
    return loss


optimizer.step(closure)
put("style_transfer", losses)

# A spatial transformer (tutorials/intermediate/spatial_transformer_tutorial.py).
locate, classify = set_weights(nn.Sequential(nn.Conv2d(1, 4, 5), nn.MaxPool2d(2, 2), nn.ReLU(), nn.Flatten(), nn.Linear(64, 6))), set_weights(nn.Linear(144, 3))
with torch.no_grad():
    locate[4].bias.copy_(torch.tensor([1, 0, 0, 0, 1, 0]))
optimizer = torch.optim.SGD([*locate.parameters(), *classify.parameters()], lr=0.01)
losses = []
for t in range(4):
    x = values(3, 1, 12, 12, seed=t)
    grid = F.affine_grid(locate(x).view(-1, 2, 3), x.size(), align_corners=False)
    loss = F.nll_loss(F.log_softmax(classify(F.grid_sample(x, grid, align_corners=False).flatten(1)), dim=1), torch.arange(3))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss)
put("spatial_transformer", losses)

path = os.path.join(os.path.dirname(__file__), "../../tests/references/programs_torch.txt")
open(path, "w").write("\n".join(lines) + "\n")
