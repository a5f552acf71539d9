// Modules that put something around sequences, images and volumes.
#pragma once

#include <string>

#include "triptych/core/shape.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

/// What all of them share. `padding` is a number for all sides, or (left, right) of the last axis, then (top, bottom)
/// of the one before it, then (front, back). The input is (n, c, ...), or (c, ...) without a batch. ArgumentError for
/// another number of sides.
class TRIPTYCH_API PaddingModule : public Module {
 public:
  using Options = Axes;
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Axes options;  // the padding of all sides

 protected:
  PaddingModule(const char* name, int axes, const char* mode, const Axes& padding, Location where);

 private:
  const char* name_;
  int axes_;
  const char* mode_;
};

/// Zeros.
class TRIPTYCH_API ZeroPad1d : public PaddingModule {
 public:
  explicit ZeroPad1d(const Axes& padding, Location where = Location::here())
      : PaddingModule("ZeroPad1d", 1, "constant", padding, where) {}
};
/// Zeros.
class TRIPTYCH_API ZeroPad2d : public PaddingModule {
 public:
  explicit ZeroPad2d(const Axes& padding, Location where = Location::here())
      : PaddingModule("ZeroPad2d", 2, "constant", padding, where) {}
};
/// Zeros.
class TRIPTYCH_API ZeroPad3d : public PaddingModule {
 public:
  explicit ZeroPad3d(const Axes& padding, Location where = Location::here())
      : PaddingModule("ZeroPad3d", 3, "constant", padding, where) {}
};
/// The image in a mirror on its outermost elements, which do not come twice.
class TRIPTYCH_API ReflectionPad1d : public PaddingModule {
 public:
  explicit ReflectionPad1d(const Axes& padding, Location where = Location::here())
      : PaddingModule("ReflectionPad1d", 1, "reflect", padding, where) {}
};
/// The image in a mirror on its outermost elements, which do not come twice.
class TRIPTYCH_API ReflectionPad2d : public PaddingModule {
 public:
  explicit ReflectionPad2d(const Axes& padding, Location where = Location::here())
      : PaddingModule("ReflectionPad2d", 2, "reflect", padding, where) {}
};
/// The image in a mirror on its outermost elements, which do not come twice.
class TRIPTYCH_API ReflectionPad3d : public PaddingModule {
 public:
  explicit ReflectionPad3d(const Axes& padding, Location where = Location::here())
      : PaddingModule("ReflectionPad3d", 3, "reflect", padding, where) {}
};
/// The outermost elements.
class TRIPTYCH_API ReplicationPad1d : public PaddingModule {
 public:
  explicit ReplicationPad1d(const Axes& padding, Location where = Location::here())
      : PaddingModule("ReplicationPad1d", 1, "replicate", padding, where) {}
};
/// The outermost elements.
class TRIPTYCH_API ReplicationPad2d : public PaddingModule {
 public:
  explicit ReplicationPad2d(const Axes& padding, Location where = Location::here())
      : PaddingModule("ReplicationPad2d", 2, "replicate", padding, where) {}
};
/// The outermost elements.
class TRIPTYCH_API ReplicationPad3d : public PaddingModule {
 public:
  explicit ReplicationPad3d(const Axes& padding, Location where = Location::here())
      : PaddingModule("ReplicationPad3d", 3, "replicate", padding, where) {}
};
/// The other side of the image.
class TRIPTYCH_API CircularPad1d : public PaddingModule {
 public:
  explicit CircularPad1d(const Axes& padding, Location where = Location::here())
      : PaddingModule("CircularPad1d", 1, "circular", padding, where) {}
};
/// The other side of the image.
class TRIPTYCH_API CircularPad2d : public PaddingModule {
 public:
  explicit CircularPad2d(const Axes& padding, Location where = Location::here())
      : PaddingModule("CircularPad2d", 2, "circular", padding, where) {}
};
/// The other side of the image.
class TRIPTYCH_API CircularPad3d : public PaddingModule {
 public:
  explicit CircularPad3d(const Axes& padding, Location where = Location::here())
      : PaddingModule("CircularPad3d", 3, "circular", padding, where) {}
};

struct ConstantPadOptions {
  Axes padding = {};
  Scalar value = 0;
};
/// What those with a value share.
class TRIPTYCH_API ConstantPad : public Module {
 public:
  using Options = ConstantPadOptions;
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;

 protected:
  ConstantPad(const char* name, int axes, const Options& options, Location where);

 private:
  const char* name_;
  int axes_;
};
/// A value.
class TRIPTYCH_API ConstantPad1d : public ConstantPad {
 public:
  explicit ConstantPad1d(const Options& options, Location where = Location::here())
      : ConstantPad("ConstantPad1d", 1, options, where) {}
  ConstantPad1d(const Axes& padding, Scalar value, Location where = Location::here())
      : ConstantPad1d(Options{padding, value}, where) {}
};
/// A value.
class TRIPTYCH_API ConstantPad2d : public ConstantPad {
 public:
  explicit ConstantPad2d(const Options& options, Location where = Location::here())
      : ConstantPad("ConstantPad2d", 2, options, where) {}
  ConstantPad2d(const Axes& padding, Scalar value, Location where = Location::here())
      : ConstantPad2d(Options{padding, value}, where) {}
};
/// A value.
class TRIPTYCH_API ConstantPad3d : public ConstantPad {
 public:
  explicit ConstantPad3d(const Options& options, Location where = Location::here())
      : ConstantPad("ConstantPad3d", 3, options, where) {}
  ConstantPad3d(const Axes& padding, Scalar value, Location where = Location::here())
      : ConstantPad3d(Options{padding, value}, where) {}
};

}  // namespace triptych::eager::nn
