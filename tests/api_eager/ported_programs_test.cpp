// Public PyTorch programs, word for word: their losses step by step are those of
// scripts/references/make_references_programs.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <numbers>
#include <sstream>

#include "triptych/eager.h"

namespace tt = triptych;
namespace eager = triptych::eager;
namespace distributions = triptych::eager::distributions;
namespace func = triptych::eager::func;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using tt::Slice, tt::Tensor;

namespace {

const Slice all, two(tt::none, 2), rest(2, tt::none);

/// As in the script.
Tensor values(const tt::Shape& shape, double seed = 0) {
  return tt::reshape(tt::sin(tt::arange(0, shape.numel().raw(), 1, tt::float64) * 0.37 + seed), shape);
}

template <class M>
M& set_weights(M& module) {
  module.to(tt::float64);
  const eager::NoGrad guard;
  int i = 0;
  for (Tensor& p : module.parameters()) p.copy_(values(p.shape(), i++) * 0.3);
  return module;
}

std::vector<Tensor> parameters_of(std::initializer_list<const nn::Module*> modules) {
  std::vector<Tensor> all_of_them;
  for (const nn::Module* module : modules)
    for (const Tensor& p : module->parameters()) all_of_them.push_back(p);
  return all_of_them;
}

class PortedPrograms : public testing::Test {
 protected:
  void lose(const Tensor& loss) { losses_.push_back(loss.item<double>()); }
  void expect(const std::string& program) const {
    std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/references/programs_torch.txt");
    std::vector<double> expected;
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string name;
      words >> name;
      if (name == program)
        for (double loss = 0; words >> loss;) expected.push_back(loss);
    }
    ASSERT_FALSE(expected.empty());
    ASSERT_GE(losses_.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(losses_[i], expected[i], 1e-9 * std::max(1.0, std::abs(expected[i]))) << program << " " << i;
  }

 private:
  std::vector<double> losses_;
};

}  // namespace

TEST_F(PortedPrograms, WganGp) {
  nn::Sequential G(nn::make<nn::Linear>(2, 8), nn::make<nn::Tanh>(), nn::make<nn::Linear>(8, 2));
  nn::Sequential D(nn::make<nn::Linear>(2, 8), nn::make<nn::Tanh>(), nn::make<nn::Linear>(8, 1));
  optim::Adam og(set_weights(G).parameters(), {.lr = 0.01, .betas = {0.5, 0.9}});
  optim::Adam od(set_weights(D).parameters(), {.lr = 0.01, .betas = {0.5, 0.9}});
  for (int t = 0; t < 4; ++t) {
    const Tensor real = values({6, 2}, t) + 2, noise = values({6, 2}, t + 0.5), alpha = values({6, 1}, t + 0.7).abs();
    const Tensor fake = G(noise).detach();
    const Tensor interpolates = (alpha * real + (1 - alpha) * fake).set_requires_grad();
    const Tensor out = D(interpolates);
    const Tensor gradients = eager::grad(
        out, interpolates, {.grad_outputs = {tt::ones_like(out)}, .retain_graph = true, .create_graph = true});
    const Tensor penalty = (gradients.norm(1) - 1).pow(2).mean() * 10;
    od.zero_grad();
    const Tensor cost = D(fake).mean() - D(real).mean() + penalty;
    cost.backward();
    od.step();
    og.zero_grad();
    const Tensor g_cost = -D(G(noise)).mean();
    g_cost.backward();
    og.step();
    lose(cost), lose(g_cost);
  }
  expect("wgan_gp");
}

namespace {

Tensor log_sum_exp(const Tensor& vec) {
  const Tensor max_score = vec[{0, tt::argmax(vec, 1).item<int>()}];
  return max_score + tt::log(tt::sum(tt::exp(vec - max_score.view(1, -1).expand({1, vec.size(1)}))));
}

struct BiLstmCrf : nn::Module {
  Tensor& transitions = register_parameter("transitions", tt::randn({5, 5}));
  nn::Embedding& word_embeds = add<nn::Embedding>("word_embeds", 9, 5);
  nn::LSTM& lstm = add<nn::LSTM>("lstm", {.input_size = 5, .hidden_size = 3, .bidirectional = true});
  nn::Linear& hidden2tag = add<nn::Linear>("hidden2tag", 6, 5);

  Tensor features(const Tensor& sentence) {
    const auto [out, _] = lstm(word_embeds(sentence).view(sentence.size(0), 1, -1));
    return hidden2tag(out.view(sentence.size(0), 6));
  }
  Tensor loss(const Tensor& sentence, Tensor tags) {
    const Tensor feats = features(sentence);
    Tensor forward_var = tt::full({1, 5}, -10000.0, tt::float64);
    forward_var.set({0, 3}, 0);
    for (std::int64_t i = 0; i < feats.size(0); ++i) {
      std::vector<Tensor> alphas;
      for (int tag = 0; tag < 5; ++tag)
        alphas.push_back(
            log_sum_exp(forward_var + transitions[tag].view(1, -1) + feats[{i, tag}].view(1, -1).expand({1, 5}))
                .view(1));
      forward_var = tt::cat(alphas).view(1, -1);
    }
    const Tensor total = log_sum_exp(forward_var + transitions[4]);
    Tensor score = tt::zeros({1}, tt::float64);
    tags = tt::cat({tt::tensor({3}), tags});
    for (std::int64_t i = 0; i < feats.size(0); ++i)
      score = score + transitions[{tags[i + 1], tags[i]}] + feats[{i, tags[i + 1]}];
    return total - (score + transitions[{4, tags[-1]}]);
  }
};

}  // namespace

TEST_F(PortedPrograms, BiLstmCrf) {
  BiLstmCrf model;
  set_weights(model);
  {
    const eager::NoGrad guard;
    model.transitions.set({3, all}, -10000);
    model.transitions.set({all, 4}, -10000);
  }
  optim::SGD optimizer(model.parameters(), {.lr = 0.1, .weight_decay = 1e-4});
  for (int t = 0; t < 4; ++t) {
    model.zero_grad();
    const Tensor loss = model.loss(tt::tensor({0, 4, 2, 8, 1}), tt::tensor({0, 1, 2, 2, 1}));
    loss.backward();
    optimizer.step();
    lose(loss);
  }
  expect("bilstm_crf");
}

TEST_F(PortedPrograms, Maml) {
  nn::Sequential net(nn::make<nn::Linear>(1, 8), nn::make<nn::Tanh>(), nn::make<nn::Linear>(8, 1));
  set_weights(net);
  tt::StateDict params;
  std::vector<Tensor> leaves;
  for (const auto& [name, p] : net.named_parameters()) {
    leaves.push_back(p.detach().clone().set_requires_grad());
    params.add(name, leaves.back());
  }
  optim::Adam optimizer(leaves, 0.01);
  for (int t = 0; t < 4; ++t) {
    const auto inner = [&](const tt::StateDict& p, const Tensor& x, const Tensor& y) {
      return (func::functional_call(net, p, x) - y).pow(2).mean();
    };
    const auto task = [&](const Tensor& x1, const Tensor& y1, const Tensor& x2, const Tensor& y2) {
      const tt::StateDict gradients = func::grad(inner)(params, x1, y1);
      tt::StateDict adapted;
      for (const auto& [name, p] : params) adapted.add(name, p - 0.1 * gradients.at(name));
      return inner(adapted, x2, y2);
    };
    const Tensor x1 = values({3, 5, 1}, t) * 5, x2 = values({3, 5, 1}, t + 0.3) * 5;
    const Tensor a = tt::tensor({1.0, 2.0, 3.0}, tt::float64).view(3, 1, 1);
    const Tensor loss = func::vmap(task)(x1, a * tt::sin(x1), x2, a * tt::sin(x2)).sum() / 3;
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    lose(loss);
  }
  expect("maml");
}

TEST_F(PortedPrograms, Burgers) {
  nn::Sequential net(nn::make<nn::Linear>(2, 8), nn::make<nn::Tanh>(), nn::make<nn::Linear>(8, 8), nn::make<nn::Tanh>(),
                     nn::make<nn::Linear>(8, 1));
  set_weights(net);
  const Tensor x = values({20, 1}).set_requires_grad(), t = values({20, 1}, 1).abs().set_requires_grad();
  const Tensor x0 = values({10, 1}, 2), u0 = -tt::sin(std::numbers::pi * x0);
  optim::LBFGS optimizer(net.parameters(),
                         {.lr = 1, .max_iter = 8, .history_size = 5, .line_search_fn = "strong_wolfe"});
  optimizer.step([&] {
    optimizer.zero_grad();
    const Tensor u = net(tt::cat({x, t}, 1));
    const eager::GradOptions again{.grad_outputs = {tt::ones_like(u)}, .retain_graph = true, .create_graph = true};
    const Tensor u_t = eager::grad(u, t, again), u_x = eager::grad(u, x, again), u_xx = eager::grad(u_x, x, again);
    const Tensor loss = (u0 - net(tt::cat({x0, tt::zeros_like(x0)}, 1))).pow(2).mean() +
                        (u_t + u * u_x - 0.01 / std::numbers::pi * u_xx).pow(2).mean();
    loss.backward();
    lose(loss);
    return loss;
  });
  expect("burgers");
}

namespace {

struct VectorQuantizerEma : nn::Module {
  std::int64_t k, d;
  Tensor &cluster_size, &w, &weight;
  VectorQuantizerEma(std::int64_t k, std::int64_t d)
      : k(k),
        d(d),
        cluster_size(register_buffer("cluster_size", tt::ones({k}, tt::float64))),
        w(register_buffer("w", values({k, d}, 5))),
        weight(register_buffer("weight", w.clone())) {}

  struct Result {
    Tensor loss, quantized, perplexity;
  };
  Result quantize(Tensor inputs) {
    inputs = inputs.permute(0, 2, 3, 1).contiguous();
    const Tensor flat = inputs.view(-1, d);
    const Tensor distances =
        tt::sum(flat.pow(2), 1, true) + tt::sum(weight.pow(2), 1) - 2 * tt::matmul(flat, weight.t());
    const Tensor indices = tt::argmin(distances, 1).unsqueeze(1);
    Tensor encodings = tt::zeros({indices.size(0), k}, tt::float64);
    encodings.scatter_(1, indices, 1);
    Tensor quantized = tt::matmul(encodings, weight).view(inputs.shape());
    {
      const eager::NoGrad guard;
      cluster_size = cluster_size * 0.9 + 0.1 * tt::sum(encodings, 0);
      w = w * 0.9 + 0.1 * tt::matmul(encodings.t(), flat);
      weight = w / cluster_size.unsqueeze(1);
    }
    const Tensor loss = 0.25 * F::mse_loss(quantized.detach(), inputs);
    quantized = inputs + (quantized - inputs).detach();
    const Tensor p = tt::mean(encodings, 0);
    return {loss, quantized.permute(0, 3, 1, 2).contiguous(), tt::exp(-tt::sum(p * tt::log(p + 1e-10)))};
  }
};

}  // namespace

TEST_F(PortedPrograms, VqVae) {
  nn::Sequential encoder(nn::make<nn::Conv2d>(1, 4, 4, 2, 1), nn::make<nn::ReLU>(),
                         nn::make<nn::Conv2d>(4, 3, 3, 1, 1));
  nn::Sequential decoder(nn::make<nn::ConvTranspose2d>(3, 4, 4, 2, 1), nn::make<nn::ReLU>(),
                         nn::make<nn::Conv2d>(4, 1, 3, 1, 1));
  VectorQuantizerEma vq(6, 3);
  optim::Adam optimizer(parameters_of({&set_weights(encoder), &set_weights(decoder)}), {.lr = 0.01, .amsgrad = true});
  for (int t = 0; t < 4; ++t) {
    const Tensor data = values({3, 1, 8, 8}, t);
    optimizer.zero_grad();
    const auto [vq_loss, quantized, perplexity] = vq.quantize(encoder(data));
    const Tensor recon = F::mse_loss(decoder(quantized), data) / 0.06;
    (recon + vq_loss).backward();
    optimizer.step();
    lose(recon), lose(vq_loss), lose(perplexity);
  }
  expect("vq_vae");
}

TEST_F(PortedPrograms, MixtureOfExperts) {
  nn::ModuleList experts;
  for (int i = 0; i < 4; ++i)
    experts.append(
        nn::make<nn::Sequential>(nn::make<nn::Linear>(4, 6), nn::make<nn::ReLU>(), nn::make<nn::Linear>(6, 3)));
  for (nn::Module& expert : experts) set_weights(expert);
  const Tensor w_gate = values({4, 4}, 9).set_requires_grad();
  std::vector<Tensor> parameters = experts.parameters();
  parameters.insert(parameters.begin(), w_gate);
  optim::SGD optimizer(parameters, {.lr = 0.2, .momentum = 0.9});
  for (int t = 0; t < 4; ++t) {
    const Tensor x = values({8, 4}, t), y = tt::arange(8) % 3;
    const auto [top, where] = tt::softmax(x.matmul(w_gate), 1).topk(2, 1);
    const Tensor gates = tt::zeros({8, 4}, tt::float64).scatter(1, where, top / (top.sum(1, true) + 1e-6));
    const auto [sorted_experts, index] = tt::nonzero(gates).sort(0);
    const Tensor expert_index = sorted_experts.split(1, 1)[1];
    const Tensor batch_index = tt::nonzero(gates)[{index[{all, 1}], 0}];
    const std::vector<std::int64_t> parts = (gates > 0).sum(0).to_vector<std::int64_t>();
    const Tensor nonzero_gates = tt::gather(gates[batch_index.flatten()], 1, expert_index);
    const std::vector<Tensor> inputs = tt::split(x[batch_index].squeeze(1), parts, 0);
    std::vector<Tensor> outputs;
    for (std::size_t i = 0; i < 4; ++i) outputs.push_back(experts[static_cast<int>(i)](inputs[i]));
    const Tensor out = tt::zeros({8, 3}, tt::float64).index_add(0, batch_index, tt::cat(outputs, 0).mul(nonzero_gates));
    const Tensor importance = gates.sum(0);
    const Tensor loss = F::cross_entropy(out, y) + 0.01 * importance.var() / (importance.mean().pow(2) + 1e-10);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    lose(loss);
  }
  expect("mixture_of_experts");
}

namespace {

struct Attention : nn::Module {
  nn::Linear& Wa = add<nn::Linear>("Wa", 5, 5);
  nn::Linear& Ua = add<nn::Linear>("Ua", 5, 5);
  nn::Linear& Va = add<nn::Linear>("Va", 5, 1);
  using nn::Module::forward;
  std::pair<Tensor, Tensor> forward(const Tensor& query, const Tensor& keys) {
    const Tensor scores = Va(tt::tanh(Wa(query) + Ua(keys))).squeeze(2).unsqueeze(1);
    const Tensor weights = F::softmax(scores, -1);
    return {tt::bmm(weights, keys), weights};
  }
};

struct Decoder : nn::Module {
  nn::Embedding& embedding = add<nn::Embedding>("embedding", 7, 5);
  Attention& attention = add<Attention>("attention");
  nn::GRU& gru = add<nn::GRU>("gru", {.input_size = 10, .hidden_size = 5, .batch_first = true});
  nn::Linear& out = add<nn::Linear>("out", 5, 7);
  Tensor decode(const Tensor& outputs, Tensor hidden, const Tensor& target) {
    Tensor token = tt::zeros({outputs.size(0), 1}, tt::int64);
    std::vector<Tensor> results;
    for (std::int64_t i = 0; i < target.size(1); ++i) {
      const auto [context, _] = nn::call(attention, hidden.permute(1, 0, 2), outputs);
      const auto [output, next] = gru(tt::cat({embedding(token), context}, 2), hidden);
      hidden = next;
      results.push_back(out(output));
      token = target[{all, i}].unsqueeze(1);
    }
    return F::log_softmax(tt::cat(results, 1), -1);
  }
};

}  // namespace

TEST_F(PortedPrograms, AttentionTranslation) {
  nn::Embedding embed(7, 5);
  nn::GRU encode({.input_size = 5, .hidden_size = 5, .batch_first = true});
  Decoder decoder;
  optim::Adam optimizer(parameters_of({&set_weights(embed), &set_weights(encode), &set_weights(decoder)}), 0.02);
  for (int t = 0; t < 4; ++t) {
    const Tensor source = (tt::arange(12).view(3, 4) + t) % 7, target = (tt::arange(12).view(3, 4) * 3 + t) % 7;
    optimizer.zero_grad();
    const auto [outputs, hidden] = encode(embed(source));
    const Tensor loss = F::nll_loss(decoder.decode(outputs, hidden, target).view(-1, 7), target.view(-1));
    loss.backward();
    optimizer.step();
    lose(loss);
  }
  expect("attention_translation");
}

TEST_F(PortedPrograms, RealNvp) {
  nn::ModuleList nets, nett;
  for (int i = 0; i < 4; ++i) {
    nets.append(nn::make<nn::Sequential>(nn::make<nn::Linear>(2, 6), nn::make<nn::LeakyReLU>(),
                                         nn::make<nn::Linear>(6, 2), nn::make<nn::Tanh>()));
    nett.append(
        nn::make<nn::Sequential>(nn::make<nn::Linear>(2, 6), nn::make<nn::LeakyReLU>(), nn::make<nn::Linear>(6, 2)));
    set_weights(nets[i]), set_weights(nett[i]);
  }
  const Tensor mask = tt::tensor({{0.0, 1.0}, {1.0, 0.0}}, tt::float64).repeat(2, 1);
  const distributions::MultivariateNormal prior(tt::zeros({2}, tt::float64), tt::eye(2).to(tt::float64));
  optim::Adam optimizer(parameters_of({&nets, &nett}), 0.01);
  for (int t = 0; t < 4; ++t) {
    Tensor z = values({8, 2}, t), log_det = z.new_zeros(z.shape()[0]);
    for (int i = 3; i >= 0; --i) {
      const Tensor z_ = mask[i] * z, s = nets[i](z_) * (1 - mask[i]), shift = nett[i](z_) * (1 - mask[i]);
      z = (1 - mask[i]) * (z - shift) * tt::exp(-s) + z_;
      log_det = log_det - s.sum(1);
    }
    const Tensor loss = -(prior.log_prob(z) + log_det).mean();
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    lose(loss);
  }
  expect("real_nvp");
}

namespace {

struct Unet : nn::Module {
  nn::Sequential& time_mlp =
      add<nn::Sequential>("time_mlp", nn::make<nn::Linear>(8, 8), nn::make<nn::GELU>(), nn::make<nn::Linear>(8, 8));
  nn::Conv2d& init = add<nn::Conv2d>("init", 1, 4, 3, 1, 1);
  nn::Conv2d& down = add<nn::Conv2d>("down", 4, 8, 4, 2, 1);
  nn::GroupNorm& norm = add<nn::GroupNorm>("norm", 2, 8);
  nn::Conv2d& mid = add<nn::Conv2d>("mid", 8, 8, 3, 1, 1);
  nn::ConvTranspose2d& up = add<nn::ConvTranspose2d>("up", 8, 4, 4, 2, 1);
  nn::Conv2d& out = add<nn::Conv2d>("out", 8, 1, 1);
  nn::Linear& scale = add<nn::Linear>("scale", 8, 16);
  using nn::Module::forward;
  Tensor forward(const Tensor& x, const Tensor& time) {
    Tensor emb = tt::exp(tt::arange(0, 4, 1, tt::float64) * -(std::log(10000.0) / 3));
    emb = time[{all, tt::newaxis}] * emb[{tt::newaxis, all}];
    const Tensor t = time_mlp(tt::cat({emb.sin(), emb.cos()}, -1)), h0 = F::silu(init(x));
    const std::vector<Tensor> parts = scale(F::silu(t))[{tt::ellipsis, tt::newaxis, tt::newaxis}].chunk(2, 1);
    Tensor h = F::silu(norm(down(h0)) * (parts[0] + 1) + parts[1]);
    h = h + F::silu(mid(h));
    return out(tt::cat({F::silu(up(h)), h0}, 1));
  }
};

}  // namespace

TEST_F(PortedPrograms, Diffusion) {
  Unet net;
  optim::AdamW optimizer(set_weights(net).parameters(), 0.01);
  const Tensor betas = tt::linspace(1e-3, 0.1, 20, tt::float64), acp = tt::cumprod(1.0 - betas, 0);
  const auto extract = [](const Tensor& a, const Tensor& t) { return a.gather(-1, t).reshape(t.shape()[0], 1, 1, 1); };
  for (int step = 0; step < 4; ++step) {
    const Tensor x0 = values({4, 1, 8, 8}, step), noise = values({4, 1, 8, 8}, step + 0.5) * 1.4;
    const Tensor t = (tt::arange(4) * 5 + step) % 20;
    const Tensor x = extract(acp.sqrt(), t) * x0 + extract((1.0 - acp).sqrt(), t) * noise;
    const Tensor loss = F::smooth_l1_loss(nn::call(net, x, t), noise);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    lose(loss);
  }
  expect("diffusion");
}

namespace {

Tensor to_xyxy(const Tensor& x) {
  const std::vector<Tensor> c = x.unbind(-1);
  return tt::stack({c[0] - 0.5 * c[2], c[1] - 0.5 * c[3], c[0] + 0.5 * c[2], c[1] + 0.5 * c[3]}, -1);
}
Tensor box_area(const Tensor& b) { return (b[{all, 2}] - b[{all, 0}]) * (b[{all, 3}] - b[{all, 1}]); }
Tensor generalized_box_iou(const Tensor& a, const Tensor& b) {
  const Tensor a_low = a[{all, tt::newaxis, two}], a_high = a[{all, tt::newaxis, rest}];
  const Tensor b_low = b[{all, two}], b_high = b[{all, rest}];
  const Tensor inner = (tt::minimum(a_high, b_high) - tt::maximum(a_low, b_low)).clamp(0);
  const Tensor inter = inner[{tt::ellipsis, 0}] * inner[{tt::ellipsis, 1}];
  const Tensor unions = box_area(a)[{all, tt::newaxis}] + box_area(b) - inter;
  const Tensor outer = (tt::maximum(a_high, b_high) - tt::minimum(a_low, b_low)).clamp(0);
  const Tensor area = outer[{tt::ellipsis, 0}] * outer[{tt::ellipsis, 1}];
  return inter / unions - (area - unions) / area;
}

}  // namespace

TEST_F(PortedPrograms, Detr) {
  nn::Linear classes(6, 4), boxes_of(6, 4);
  const std::vector<Tensor> parameters = parameters_of({&set_weights(classes), &set_weights(boxes_of)});
  optim::AdamW optimizer(parameters, 0.05);
  const Tensor hs = values({1, 5, 6}), targets = tt::tensor({{0.3, 0.3, 0.2, 0.2}, {0.7, 0.6, 0.3, 0.2}}, tt::float64);
  const Tensor labels = tt::tensor({0, 2});
  Tensor weight = tt::ones({4}, tt::float64);
  weight.set(-1, 0.1);
  for (int t = 0; t < 4; ++t) {
    const Tensor logits = classes(hs), boxes = boxes_of(hs).sigmoid();
    const Tensor prob = logits.flatten(0, 1).softmax(-1);
    const Tensor cost = 5 * tt::cdist(boxes[0], targets, 1) - prob[{all, labels}] -
                        2 * generalized_box_iou(to_xyxy(boxes[0]), to_xyxy(targets));
    std::pair<int, int> best;
    double least = 1e9;
    for (int i = 0; i < 5; ++i)
      for (int j = 0; j < 5; ++j)
        if (const double together = (cost[{i, 0}] + cost[{j, 1}]).item<double>(); i != j && together < least)
          least = together, best = {i, j};
    const Tensor source = tt::tensor({best.first, best.second});
    Tensor wanted = tt::full({1, 5}, 3, tt::int64);
    wanted.set({0, source}, labels);
    const Tensor giou = tt::diag(generalized_box_iou(to_xyxy(boxes[{0, source}]), to_xyxy(targets)));
    const Tensor loss = F::cross_entropy(logits.transpose(1, 2), wanted, weight) +
                        5 * F::l1_loss(boxes[{0, source}], targets, {.reduction = nn::Reduction::none}).sum() / 2 +
                        2 * (1 - giou).sum() / 2;
    optimizer.zero_grad();
    loss.backward();
    nn::utils::clip_grad_norm_(parameters, 0.1);
    optimizer.step();
    lose(loss);
  }
  expect("detr");
}

TEST_F(PortedPrograms, StyleTransfer) {
  nn::Sequential cnn(nn::make<nn::Conv2d>(3, 4, 3, 1, 1), nn::make<nn::ReLU>(), nn::make<nn::Conv2d>(4, 4, 3, 1, 1));
  set_weights(cnn);
  const auto gram = [](const Tensor& x) {
    const Tensor features = x.view(x.size(0) * x.size(1), -1);
    return tt::mm(features, features.t()).div(x.numel());
  };
  const Tensor content = values({1, 3, 6, 6}).abs(), style = values({1, 3, 6, 6}, 1).abs();
  Tensor image = content.clone().set_requires_grad();
  optim::LBFGS optimizer({image}, {.max_iter = 6});
  optimizer.step([&] {
    {
      const eager::NoGrad guard;
      image.clamp_(0, 1);
    }
    optimizer.zero_grad();
    const Tensor loss =
        100 * F::mse_loss(gram(cnn(image)), gram(cnn(style)).detach()) + F::mse_loss(cnn(image), cnn(content).detach());
    loss.backward();
    lose(loss);
    return loss;
  });
  expect("style_transfer");
}

TEST_F(PortedPrograms, SpatialTransformer) {
  nn::Sequential locate(nn::make<nn::Conv2d>(1, 4, 5), nn::make<nn::MaxPool2d>(2, 2), nn::make<nn::ReLU>(),
                        nn::make<nn::Flatten>(), nn::make<nn::Linear>(64, 6));
  nn::Linear classify(144, 3);
  set_weights(locate), set_weights(classify);
  {
    const eager::NoGrad guard;
    locate[4].as<nn::Linear>().bias.copy_(tt::tensor({1, 0, 0, 0, 1, 0}));
  }
  optim::SGD optimizer(parameters_of({&locate, &classify}), 0.01);
  for (int t = 0; t < 4; ++t) {
    const Tensor x = values({3, 1, 12, 12}, t);
    const Tensor grid = F::affine_grid(locate(x).view(-1, 2, 3), x.shape(), false);
    const Tensor found = F::grid_sample(x, grid, {.align_corners = false});
    const Tensor loss = F::nll_loss(F::log_softmax(classify(found.flatten(1)), 1), tt::arange(3));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    lose(loss);
  }
  expect("spatial_transformer");
}
