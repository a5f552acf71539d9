// A forecast: the temperature in six hours from the last three days. The series is made here: days, fronts that pass
// every ten of them, and weather.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

#include <cmath>
#include <numbers>

namespace {

/// Hourly: what the hour says, what the day of ten says, and what drifts.
tt::Tensor temperatures(int hours) {
  const tt::Tensor noise = tt::randn({hours});
  std::vector<float> drift = noise.to_vector<float>(), values;
  for (std::size_t i = 1; i < drift.size(); ++i) drift[i] = 0.97F * drift[i - 1] + 0.3F * drift[i];
  for (int hour = 0; hour < hours; ++hour) {
    const double turn = 2 * std::numbers::pi / 24 * hour;
    values.push_back(static_cast<float>(5 * std::sin(turn) + 8 * std::sin(turn / 10)) +
                     drift[static_cast<std::size_t>(hour)]);
  }
  return tt::reshape(tt::tensor(values), {hours, 1});
}

}  // namespace

int main() {
  keras::utils::set_random_seed(1);
  constexpr std::int64_t past = 72, ahead = 6, hours = 6000, train_end = 4500;
  tt::Tensor series = temperatures(hours);
  const tt::Tensor of_train = tt::slice(series, 0, {0, train_end});
  series = (series - tt::mean(of_train)) / tt::std(of_train);

  // A window's target stands `ahead` rows after its end.
  const tt::Tensor targets = tt::slice(series, 0, {past - 1 + ahead, hours});
  const auto windows = [&](std::int64_t begin, std::int64_t end, bool shuffle) {
    const std::int64_t last = std::min(end, hours - past - ahead);
    return keras::utils::timeseries_dataset_from_array(
        series, targets, past, {.batch_size = 64, .shuffle = shuffle, .start_index = begin, .end_index = last});
  };
  const auto train = windows(0, train_end, true), test = windows(train_end, hours, false);

  const keras::Sequential model(
      {Input({past, 1}), Conv1D(16, 7, {.strides = 2, .activation = "relu"}), GRU(16), Dense(1)});
  model.compile({.optimizer = keras::optimizers::Adam(5e-3), .loss = "mse", .metrics = {"mae"}});
  model.fit(train, {.epochs = 6, .verbose = 2});

  const double error = model.evaluate(test, {.verbose = 0})["mae"];
  const double naive =
      tt::mean(tt::abs(tt::slice(series, 0, {train_end + 24, hours}) - tt::slice(series, 0, {train_end, hours - 24})))
          .item<double>();
  std::cout << "mean absolute error " << error << ", of \"as a day ago\" " << naive << "\n";
  return error < 0.8 * naive ? 0 : 1;
}
