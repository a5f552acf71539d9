// A convolutional network reads handwritten digits. After pytorch/examples/mnist.
//
// Tested: --epochs 1 --train-samples 3000 --log-interval 20 --at-least 0.88
// Tested: --epochs 1 --train-samples 3000 --log-interval 20 --at-least 0.88 --dtype bfloat16
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

struct Net : nn::Module {
  nn::Conv2d& conv1 = add<nn::Conv2d>("conv1", 1, 32, 3, 1);
  nn::Conv2d& conv2 = add<nn::Conv2d>("conv2", 32, 64, 3, 1);
  nn::Dropout& dropout1 = add<nn::Dropout>("dropout1", 0.25);
  nn::Dropout& dropout2 = add<nn::Dropout>("dropout2", 0.5);
  nn::Linear& fc1 = add<nn::Linear>("fc1", 9216, 128);
  nn::Linear& fc2 = add<nn::Linear>("fc2", 128, 10);

  Tensor forward(const Tensor& images) override {
    Tensor x = F::relu(conv1(images));
    x = F::relu(conv2(x));
    x = F::max_pool2d(x, {.kernel_size = 2});
    x = dropout1(x);
    x = x.flatten(1);
    x = F::relu(fc1(x));
    x = dropout2(x);
    return F::log_softmax(fc2(x), 1);
  }
};

void train(Net& model, tt::Device device, tt::DType dtype, DataLoader& train_loader, optim::Optimizer& optimizer,
           int epoch, int log_interval) {
  model.train();
  std::int64_t batch = 0;
  for (const auto& [images, labels] : train_loader) {
    const Tensor data = images.to(device), target = labels.to(device);
    optimizer.zero_grad();
    const Tensor loss = [&] {
      const tt::eager::autocast scope(dtype, dtype != tt::float32);
      return F::nll_loss(model(data), target);
    }();
    loss.backward();
    optimizer.step();
    if (batch++ % log_interval == 0)
      std::cout << "epoch " << epoch << ", batch " << batch << " of " << train_loader.size() << ", loss "
                << loss.item<float>() << std::endl;
  }
}

double test(Net& model, tt::Device device, tt::DType dtype, DataLoader& test_loader) {
  model.eval();
  double loss = 0;
  std::int64_t correct = 0;
  const tt::eager::NoGrad guard;
  const tt::eager::autocast scope(dtype, dtype != tt::float32);
  for (auto [data, target] : test_loader) {
    data = data.to(device), target = target.to(device);
    const Tensor output = model(data);
    loss += F::nll_loss(output, target, {.reduction = nn::Reduction::sum}).item<double>();
    const Tensor pred = output.argmax(1);
    correct += pred.eq(target).sum().item<std::int64_t>();
  }
  const auto size = static_cast<double>(test_loader.dataset().size());
  std::cout << "test: average loss " << loss / size << ", accuracy " << correct << "/" << size << std::endl;
  return static_cast<double>(correct) / size;
}

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const int epochs = options.get("epochs", 1), batch_size = options.get("batch-size", 64);
  const int samples = options.get("train-samples", 60000), log_interval = options.get("log-interval", 100);
  const double lr = options.get("lr", 1.0), gamma = options.get("gamma", 0.7);
  const tt::Device device = tt::Device::from_text(options.get("device", "cpu"));
  const tt::DType dtype = tt::dtype_from_name(options.get("dtype", "float32"));  // of products and convolutions
  const std::string save_model = options.get("save-model", "");
  const double at_least = options.get("at-least", 0.97);
  options.end();

  tt::manual_seed(1);
  auto [train_set, test_set] = tt::data::mnist();
  const auto normalize = tt::data::transforms::Normalize({0.1307}, {0.3081});
  train_set = TensorDataset(normalize(train_set.x[tt::Slice(0, samples)]), train_set.y[tt::Slice(0, samples)]);
  test_set.x = normalize(test_set.x);
  DataLoader train_loader(train_set, {.batch_size = batch_size, .shuffle = true, .num_workers = 1});
  DataLoader test_loader(test_set, {.batch_size = 1000});

  Net model;
  model.to(device);
  optim::Adadelta optimizer(model.parameters(), {.lr = lr});
  optim::lr_scheduler::StepLR scheduler(optimizer, 1, gamma);
  double accuracy = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    train(model, device, dtype, train_loader, optimizer, epoch, log_interval);
    accuracy = test(model, device, dtype, test_loader);
    scheduler.step();
  }
  if (!save_model.empty()) tt::save(model.state_dict(), save_model);
  return accuracy >= at_least ? 0 : 1;
}
