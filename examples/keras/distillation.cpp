// Knowledge distillation: a small network learns what a large one thinks of each picture, besides what it is. Hinton et
// al., 2015.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

struct Distiller : keras::ModelBase {
  static constexpr double temperature = 2, share_of_labels = 0.3;

  Distiller(keras::Model of_student, const keras::Model& of_teacher) : student(of_student), teacher(of_teacher) {
    teacher.set_trainable(false);
  }
  tt::Tensor call(const tt::Tensor& x, bool training) override { return student(x, training); }
  tt::Tensor compute_loss(const keras::StepData& data, const std::vector<tt::Tensor>& y_pred, bool training) override {
    const tt::Tensor of_labels = keras::ModelBase::compute_loss(data, y_pred, training);
    if (!training) return of_labels;
    const auto softened = [](const tt::Tensor& logits) { return tt::softmax(logits / temperature, -1); };
    const tt::Tensor of_teacher =
        keras::losses::KLDivergence()(softened(teacher(data.x[0], false)), softened(y_pred[0]));
    return of_labels * share_of_labels + of_teacher * (temperature * temperature * (1 - share_of_labels));
  }

  keras::Layer student, teacher;
};

keras::Sequential network(std::int64_t units) {
  return keras::Sequential({Input({28, 28, 1}), Flatten(), Dense(units, "relu"), Dense(10)});
}

}  // namespace

int main() {
  keras::utils::set_random_seed(1);
  const auto mnist = tt::data::mnist({.data_format = "channels_last"});
  const tt::Tensor x = tt::slice(mnist.train.x, 0, {0, 8000}), y = tt::slice(mnist.train.y, 0, {0, 8000});
  const keras::Loss loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true});
  const auto trained = [&](const keras::Model& model, int epochs) {
    model.compile({.optimizer = "adam", .loss = loss, .metrics = {"accuracy"}});
    model.fit(x, y, {.batch_size = 64, .epochs = epochs, .verbose = 2});
    return model.evaluate(mnist.test.x, mnist.test.y, {.verbose = 0})["accuracy"];
  };
  const keras::Model teacher = network(256), student = network(12);
  const double of_teacher = trained(teacher, 6);
  const double of_student = trained(keras::model<Distiller>(student, teacher), 12);
  const double alone = trained(network(12), 12);
  std::cout << "accuracy of the teacher " << of_teacher << ", of its student " << of_student
            << ", of one without a teacher " << alone << "\n";
  return of_teacher > 0.94 && of_student > 0.88 ? 0 : 1;
}
