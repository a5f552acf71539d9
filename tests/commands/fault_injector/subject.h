// What the fault injector tries: a call that changes state, in a small world of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/io.h"
#include "triptych/core/tensor.h"

namespace faults {

namespace tt = triptych;

/// The call, and all state that it may change, as bytes.
struct World {
  virtual ~World() = default;
  virtual void act() = 0;
  virtual std::string state() const = 0;
};

struct Subject {
  const char* style;
  std::string name;
  /// The same world every time, but for what the process counts.
  std::function<std::unique_ptr<World>()> make;
  /// The call may fail although all of it was done: only what it tells of that is missing.
  bool may_end_late = false;
  /// For a call of several steps (`fit`), which may end after any: the states between them in an undisturbed run.
  std::shared_ptr<std::vector<std::string>> between = nullptr;
};

/// While a call runs undisturbed: what it leaves between its steps is noted.
extern bool noting;

std::vector<Subject> eager_subjects(const std::string& folder);
std::vector<Subject> lowlevel_subjects(const std::string& folder);
std::vector<Subject> keras_subjects(const std::string& folder);

/// A tensor's dtype, shape and bits.
std::string bytes_of(const tt::Tensor& tensor);
std::string bytes_of(const std::vector<tt::Tensor>& tensors);
std::string bytes_of(const tt::StateDict& state);
std::string bytes_of_file(const std::string& path);

/// Numbers that look random, and are the same everywhere.
tt::Tensor numbers(const tt::Shape& shape, int seed = 0);

/// A world from what it holds and two functions of that.
template <class Held>
std::function<std::unique_ptr<World>()> world(std::function<Held()> make, std::function<void(Held&)> act,
                                              std::function<std::string(const Held&)> state) {
  struct Made : World {
    Made(Held h, std::function<void(Held&)> a, std::function<std::string(const Held&)> s)
        : held(std::move(h)), action(std::move(a)), shown(std::move(s)) {}
    void act() override { action(held); }
    std::string state() const override { return shown(held); }
    Held held;
    std::function<void(Held&)> action;
    std::function<std::string(const Held&)> shown;
  };
  return [=] { return std::unique_ptr<World>(new Made(make(), act, state)); };
}

}  // namespace faults
