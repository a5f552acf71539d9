#include "triptych/keras/layers/merging.h"

#include <algorithm>

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

/// A mask (n, steps) in the shape of x (n, steps, ...).
Tensor like_input(Tensor mask, const Tensor& x) {
  while (mask.ndim() < x.ndim()) mask = unsqueeze(mask, -1);
  return expand_like(mask, x);
}

class Merge : public MaskedLayer {
 public:
  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override {
    takes(*this, options, {});
    if (xs.size() < fewest())
      throw ArgumentError(class_name(), fewest() == 1 ? "there is no input" : "there are less than two inputs",
                          "layer '" + name() + "' was called on " + std::to_string(xs.size()),
                          "Call it as " + class_name() + "()({a, b})");
    if (exactly_two() && xs.size() != 2)
      throw ArgumentError(class_name(), "the layer takes two inputs, and got another number",
                          "layer '" + name() + "' was called on " + std::to_string(xs.size()));
    int rank = 0;
    for (const Tensor& x : xs) rank = std::max(rank, x.ndim());
    std::vector<Tensor> inputs = xs;
    for (Tensor& x : inputs)
      while (expands() && x.ndim() < rank) x = unsqueeze(x, 1);
    return {merged(inputs, options.mask)};
  }

  std::vector<Tensor> compute_mask(const std::vector<Tensor>&, const std::vector<Tensor>& mask) override {
    Tensor either;
    for (const Tensor& of : mask) {
      if (!of.defined()) return {};
      either = either.defined() ? logical_or(either, of) : of;
    }
    return {either};
  }

 protected:
  virtual Tensor merged(const std::vector<Tensor>& xs, const std::vector<Tensor>& masks) = 0;
  virtual std::size_t fewest() const { return 2; }
  virtual bool exactly_two() const { return false; }
  /// Inputs with fewer axes get more.
  virtual bool expands() const { return true; }
  template <class F>
  static Tensor fold(const std::vector<Tensor>& xs, F f) {
    Tensor result = xs[0];
    for (std::size_t i = 1; i < xs.size(); ++i) result = f(result, xs[i]);
    return result;
  }
};

class Add : public Merge {
 protected:
  Tensor merged(const std::vector<Tensor>& xs, const std::vector<Tensor>&) override {
    return fold(xs, [](const Tensor& a, const Tensor& b) { return a + b; });
  }
};

class Average : public Merge {
 protected:
  Tensor merged(const std::vector<Tensor>& xs, const std::vector<Tensor>&) override {
    return fold(xs, [](const Tensor& a, const Tensor& b) { return a + b; }) / static_cast<double>(xs.size());
  }
};

class Subtract : public Merge {
 protected:
  bool exactly_two() const override { return true; }
  Tensor merged(const std::vector<Tensor>& xs, const std::vector<Tensor>&) override { return xs[0] - xs[1]; }
};

class Multiply : public Merge {
 protected:
  Tensor merged(const std::vector<Tensor>& xs, const std::vector<Tensor>& masks) override {
    Tensor product, either;
    bool all = true;
    for (std::size_t i = 0; i < xs.size(); ++i) {
      Tensor x = xs[i];
      all = all && masks[i].defined();
      if (masks[i].defined()) {
        const Tensor mask = like_input(masks[i], x);
        x = where(mask, x, 1);
        either = either.defined() ? logical_or(either, mask) : mask;
      }
      product = product.defined() ? product * x : x;
    }
    return all ? where(either, product, 0) : product;
  }
};

class Extremum : public Merge {
 public:
  explicit Extremum(bool largest) : largest_(largest) {}
  std::string class_name() const override { return largest_ ? "Maximum" : "Minimum"; }

 protected:
  /// As Keras does it: what is not there takes the other side's value, as long as all inputs so far had masks.
  Tensor merged(const std::vector<Tensor>& xs, const std::vector<Tensor>& masks) override {
    Tensor result, there;
    for (std::size_t i = 0; i < xs.size(); ++i) {
      Tensor x = xs[i];
      const Tensor mask = masks[i].defined() ? like_input(masks[i], x) : Tensor();
      if (!result.defined()) {
        result = x;
        there = mask;
        continue;
      }
      if (mask.defined()) x = where(mask, x, result);
      if (there.defined()) result = where(there, result, x);
      there = mask.defined() && there.defined() ? logical_or(there, mask) : Tensor();
      result = largest_ ? triptych::maximum(result, x) : triptych::minimum(result, x);
    }
    return result;
  }

 private:
  bool largest_;
};

class Concatenate : public Merge {
 public:
  explicit Concatenate(int axis) : axis_(axis) {}

  std::vector<Tensor> compute_mask(const std::vector<Tensor>& inputs, const std::vector<Tensor>& mask) override {
    if (std::none_of(mask.begin(), mask.end(), [](const Tensor& m) { return m.defined(); })) return {};
    std::vector<Tensor> masks;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      masks.push_back(i < mask.size() && mask[i].defined() ? like_input(mask[i], inputs[i])
                                                           : cast(ones_like(inputs[i]), boolean));
    return {any(concat(masks, axis_), -1)};
  }

 protected:
  std::size_t fewest() const override { return 1; }
  bool expands() const override { return false; }
  Tensor merged(const std::vector<Tensor>& xs, const std::vector<Tensor>&) override { return concat(xs, axis_); }

 private:
  int axis_;
};

class Dot : public Merge {
 public:
  Dot(const Axes& axes, bool normalize) : axes_(axes), normalize_(normalize) {}
  std::vector<Tensor> compute_mask(const std::vector<Tensor>&, const std::vector<Tensor>&) override { return {}; }

 protected:
  bool exactly_two() const override { return true; }
  bool expands() const override { return false; }

  Tensor merged(const std::vector<Tensor>& xs, const std::vector<Tensor>&) override {
    Tensor x = xs[0], y = xs[1];
    const int a = normalize_axis("Dot", axes_[0], x.ndim()),
              b = normalize_axis("Dot", axes_[axes_.size() - 1], y.ndim());
    const auto fail = [&](const char* wrong) {
      throw ArgumentError("Dot", wrong,
                          "axes " + std::to_string(a) + " and " + std::to_string(b) + ", layer '" + name() + "' got " +
                              x.shape().text() + " and " + y.shape().text());
    };
    if (x.ndim() < 2 || y.ndim() < 2) fail("an input has less than two axes");
    if (a == 0 || b == 0) fail("the axes include that of the batch");
    if (conflict(x.shape().dim(a), y.shape().dim(b))) fail("the inputs differ in length along the axes");
    if (normalize_) {
      x = l2_normalize(x, a, 1e-14);
      y = l2_normalize(y, b, 1e-14);
    }
    // Letters: b the batch, k the axis that is summed, others of x and then of y.
    std::string of_x = "b", of_y = "b", result = "b";
    char next = 'c';
    const auto letters = [&](std::string& of, int rank, int summed) {
      for (int i = 1; i < rank; ++i) {
        if (next == 'k') ++next;
        of += i == summed ? 'k' : next;
        if (i != summed) result += next++;
      }
    };
    letters(of_x, x.ndim(), a);
    letters(of_y, y.ndim(), b);
    const Tensor product = einsum(of_x + "," + of_y + "->" + result, {x, y});
    return product.ndim() == 1 ? unsqueeze(product, -1) : product;
  }

 private:
  Axes axes_;
  bool normalize_;
};

}  // namespace

namespace layers {

Layer Add(NameOptions options, Location where) {
  return with_options(brick<keras::Add>(options.name, where), options, where);
}
Layer Subtract(NameOptions options, Location where) {
  return with_options(brick<keras::Subtract>(options.name, where), options, where);
}
Layer Multiply(NameOptions options, Location where) {
  return with_options(brick<keras::Multiply>(options.name, where), options, where);
}
Layer Average(NameOptions options, Location where) {
  return with_options(brick<keras::Average>(options.name, where), options, where);
}
Layer Maximum(NameOptions options, Location where) {
  return with_options(brick<Extremum>(options.name, where, true), options, where);
}
Layer Minimum(NameOptions options, Location where) {
  return with_options(brick<Extremum>(options.name, where, false), options, where);
}
Layer Concatenate(ConcatenateOptions options, Location where) {
  return configured(with_options(brick<keras::Concatenate>(options.name, where, options.axis), options, where),
                    options);
}
Layer Dot(const Axes& axes, DotOptions options, Location where) {
  if (axes.size() != 1 && axes.size() != 2)
    throw ArgumentError("Dot", "axes is neither one axis nor two", std::to_string(axes.size()) + " axes", "", where);
  return configured(with_options(brick<keras::Dot>(options.name, where, axes, options.normalize), options, where),
                    options, arg("axes", axes));
}

Tensor add(const std::vector<Tensor>& inputs, NameOptions options, Location where) {
  return Add(std::move(options), where)(inputs, {}, where);
}
Tensor subtract(const std::vector<Tensor>& inputs, NameOptions options, Location where) {
  return Subtract(std::move(options), where)(inputs, {}, where);
}
Tensor multiply(const std::vector<Tensor>& inputs, NameOptions options, Location where) {
  return Multiply(std::move(options), where)(inputs, {}, where);
}
Tensor average(const std::vector<Tensor>& inputs, NameOptions options, Location where) {
  return Average(std::move(options), where)(inputs, {}, where);
}
Tensor maximum(const std::vector<Tensor>& inputs, NameOptions options, Location where) {
  return Maximum(std::move(options), where)(inputs, {}, where);
}
Tensor minimum(const std::vector<Tensor>& inputs, NameOptions options, Location where) {
  return Minimum(std::move(options), where)(inputs, {}, where);
}
Tensor concatenate(const std::vector<Tensor>& inputs, ConcatenateOptions options, Location where) {
  return Concatenate(std::move(options), where)(inputs, {}, where);
}
Tensor dot(const std::vector<Tensor>& inputs, const Axes& axes, DotOptions options, Location where) {
  return Dot(axes, std::move(options), where)(inputs, {}, where);
}

}  // namespace layers
}  // namespace triptych::keras
