#include "enumerators.h"

namespace battery {
namespace {

tt::Tensor filled(const tt::Tensor& like, tt::Scalar value, tt::DType dtype) {
  return tt::full(like.shape(), value, dtype);
}

}  // namespace

void add_field_values(AnyChoices& choices, const AnyMake& good, const char* name, std::ptrdiff_t offset, List list,
                      void (*assign)(void* field, void* value)) {
  struct WithField final : AnyMake::Base {
    Object make() const override {
      const Object options = good.object();
      assign(static_cast<char*>(options.get()) + offset, value.object().get());
      return options;
    }
    AnyMake good, value;
    std::ptrdiff_t offset;
    void (*assign)(void* field, void* value);
  };
  for (AnyChoice& choice : list(part_of(good, offset))) {
    auto* made = new WithField;
    made->good = good, made->value = choice.make, made->offset = offset, made->assign = assign;
    choices.push_back({std::string("{.") + name + " = " + choice.text + "}", AnyMake(made)});
  }
}

void Values<tt::Tensor>::hostile(Choices<tt::Tensor>& choices, const Make<tt::Tensor>& good) {
  // A tensor that may be left out is undefined where it is good.
  const Make<tt::Tensor> base = [good] {
    const tt::Tensor tensor = good();
    return tensor.defined() ? tensor : numbers({3});
  };
  const auto add = [&](std::string text, std::function<tt::Tensor(const tt::Tensor&)> change) {
    choices.add(std::move(text), [base, change = std::move(change)] { return change(base()); });
  };
  choices.add("Tensor()", [] { return tt::Tensor(); });
  add("a placeholder", [](const tt::Tensor& x) { return Case::current().placeholder(x, x.shape()); });
  add("a placeholder of unknown sizes", [](const tt::Tensor& x) {
    tt::Shape shape = x.shape();
    for (int i = 0; i < shape.rank(); ++i) shape.set(i, tt::unknown);
    return Case::current().placeholder(x, shape);
  });
  add("another graph's placeholder",
      [](const tt::Tensor& x) { return tt::lowlevel::Graph().placeholder("other", x.dtype(), x.shape(), {}, here()); });
  choices.add("keras::Input({3})", [] { return tt::keras::Input({3}, {}, here()); });

  for (const auto& [name, dtype] : enumerators<tt::DType>())
    add(std::string("as ") + name, [dtype = dtype](const tt::Tensor& x) { return x.to(dtype); });
  const std::vector<std::pair<const char*, double>> floating = {
      {"NaN", std::nan("")}, {"infinity", HUGE_VAL}, {"-infinity", -HUGE_VAL}, {"1e30", 1e30}, {"-1.0", -1.0}};
  for (const auto& [text, value] : floating)
    add(std::string("full of ") + text, [value = value](const tt::Tensor& x) { return filled(x, value, tt::float32); });
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{7},
                                   std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()})
    add("full of int64 " + std::to_string(value), [value](const tt::Tensor& x) { return filled(x, value, tt::int64); });
  add("full of int32's least", [](const tt::Tensor& x) { return filled(x, -2147483648LL, tt::int32); });

  add("0-d", [](const tt::Tensor& x) { return tt::zeros({}, x.dtype()); });
  for (const int place : {0, 1, -1})
    add("with no element along axis " + std::to_string(place), [place](const tt::Tensor& x) {
      tt::Shape shape = x.shape();
      if (shape.rank() > 0) shape.set(place < 0 ? shape.rank() - 1 : std::min(place, shape.rank() - 1), 0);
      return tt::zeros(shape, x.dtype());
    });
  for (const int place : {0, 1, -1})
    add("longer along axis " + std::to_string(place), [place](const tt::Tensor& x) {
      tt::Shape shape = x.shape();
      const int axis = place < 0 ? shape.rank() - 1 : std::min(place, shape.rank() - 1);
      if (shape.rank() > 0) shape.set(axis, shape.dim(axis).raw() + 1);
      return tt::ones(shape, x.dtype());
    });
  add("with an axis more in front", [](const tt::Tensor& x) { return tt::unsqueeze(x, 0); });
  add("with an axis more at the end", [](const tt::Tensor& x) { return tt::unsqueeze(x, -1); });
  add("its first part", [](const tt::Tensor& x) { return x.ndim() > 0 && x.size(0) > 0 ? x[0] : x; });
  add("of eight axes", [](const tt::Tensor& x) { return tt::ones({1, 2, 1, 2, 1, 2, 1, 2}, x.dtype()); });
  add("transposed", [](const tt::Tensor& x) { return x.ndim() > 1 ? tt::transpose(x, 0, 1) : x; });
  add("backwards", [](const tt::Tensor& x) { return x.ndim() > 0 ? tt::flip(x, {0}) : x; });
  add("expanded from one element", [](const tt::Tensor& x) { return tt::expand(tt::zeros({}, x.dtype()), x.shape()); });
  add("expanded to 2^22 elements", [](const tt::Tensor& x) { return tt::expand(tt::zeros({1}, x.dtype()), {huge}); });
  add("expanded to (2^4, 2^18)", [](const tt::Tensor& x) {
    return tt::expand(tt::zeros({1, 1}, x.dtype()), {16, huge / 16});
  });
  add("expanded along axis 0 to 2^22", [](const tt::Tensor& x) {
    tt::Shape shape = x.shape();
    if (shape.rank() == 0 || shape.dim(0).raw() == 0) return x;
    shape.set(0, huge);
    return tt::expand(x[{tt::Index(tt::Slice(0, 1))}], shape);
  });
  add("empty, (0, 2^62)", [](const tt::Tensor& x) { return tt::zeros({0, std::int64_t{1} << 62}, x.dtype()); });
  add("a view", [](const tt::Tensor& x) {
    static thread_local tt::Tensor whole;  // the base lives on
    whole = tt::stack({x, x}, 0);
    return whole[0];
  });
  add("that requires a gradient", [](const tt::Tensor& x) {
    tt::Tensor leaf = x.clone();
    if (tt::is_floating(x.dtype())) leaf.set_requires_grad();
    return leaf;
  });
  add("recorded", [](const tt::Tensor& x) {
    tt::Tensor leaf = x.clone();
    if (tt::is_floating(x.dtype())) leaf.set_requires_grad();
    return tt::identity(leaf);
  });
  add("a module's buffer", [](const tt::Tensor& x) {
    tt::Tensor buffer = x.clone();
    tt::mark_state(buffer);
    return buffer;
  });
}

}  // namespace battery
