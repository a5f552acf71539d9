// A picture as a sentence of patches: a vision transformer reads handwritten digits. Dosovitskiy et al., 2020
// (https://arxiv.org/abs/2010.11929), small.
//
// Tested: --epochs 2 --train-samples 6000 --depth 2 --lr 3e-3 --at-least 0.75
#include <triptych/eager.h>

#include <iostream>

#include "../options.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using tt::Tensor;
using tt::data::DataLoader, tt::data::TensorDataset;

namespace {

constexpr std::int64_t patch_size = 7, patches = 16;

struct VisionTransformer : nn::Module {
  VisionTransformer(std::int64_t dim, std::int64_t depth, std::int64_t heads, std::int64_t num_classes)
      : patch_embed(add<nn::Conv2d>(
            "patch_embed", {.in_channels = 1, .out_channels = dim, .kernel_size = patch_size, .stride = patch_size})),
        cls_token(register_parameter("cls_token", tt::zeros({1, 1, dim}))),
        pos_embed(register_parameter("pos_embed", tt::randn({1, patches + 1, dim}) * 0.02)),
        encoder(add<nn::TransformerEncoder>("encoder",
                                            nn::TransformerEncoderLayer({.d_model = dim,
                                                                         .nhead = heads,
                                                                         .dim_feedforward = 4 * dim,
                                                                         .dropout = 0,
                                                                         .activation = "gelu",
                                                                         .batch_first = true,
                                                                         .norm_first = true}),
                                            depth, nn::make<nn::LayerNorm>(dim))),
        head(add<nn::Linear>("head", dim, num_classes)) {}

  Tensor forward(const Tensor& images) override {
    Tensor x = patch_embed(images).flatten(2).transpose(1, 2);  // (n, patches, dim)
    x = tt::cat({cls_token.expand({x.size(0), 1, x.size(2)}), x}, 1) + pos_embed;
    return head(encoder(x)[{tt::Slice(), 0}]);
  }

  nn::Conv2d& patch_embed;
  Tensor &cls_token, &pos_embed;
  nn::TransformerEncoder& encoder;
  nn::Linear& head;
};

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const int epochs = options.get("epochs", 2), batch_size = options.get("batch-size", 64);
  const int samples = options.get("train-samples", 60000);
  const int dim = options.get("dim", 64), depth = options.get("depth", 4), heads = options.get("heads", 4);
  const double lr = options.get("lr", 1e-3), at_least = options.get("at-least", 0.9);
  options.end();

  tt::manual_seed(1);
  const auto [all, test] = tt::data::mnist();
  const TensorDataset train(all.x[tt::Slice(0, samples)], all.y[tt::Slice(0, samples)]);
  DataLoader train_loader(train, {.batch_size = batch_size, .shuffle = true, .drop_last = true});
  DataLoader test_loader(test, {.batch_size = 500});

  VisionTransformer model(dim, depth, heads, 10);
  optim::AdamW optimizer(model.parameters(), {.lr = lr, .weight_decay = 0.05});
  optim::lr_scheduler::OneCycleLR scheduler(optimizer, lr, {.total_steps = epochs * train_loader.size()});
  double accuracy = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    model.train();
    tt::Mean train_loss, correct;
    for (const auto& [images, labels] : train_loader) {
      const Tensor loss = F::cross_entropy(model(images), labels, {.label_smoothing = 0.1});
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      scheduler.step();
      train_loss.update(loss);
    }
    model.eval();
    const tt::eager::NoGrad guard;
    for (const auto& [images, labels] : test_loader) correct.update(model(images).argmax(1).eq(labels));
    accuracy = correct.result();
    std::cout << "epoch " << epoch << ", loss " << train_loss.result() << ", accuracy " << accuracy << std::endl;
  }
  return accuracy >= at_least ? 0 : 1;
}
