// Keras's second names of initializers.
#pragma once

#include "triptych/keras/initializers/constant.h"
#include "triptych/keras/initializers/random.h"

namespace triptych::keras::initializers {

inline Initializer zeros() { return Zeros(); }
inline Initializer ones() { return Ones(); }
inline Initializer constant(double value = 0, Location where = Location::here()) { return Constant(value, where); }
inline Initializer IdentityInitializer(double gain = 1, Location where = Location::here()) {
  return Identity(gain, where);
}
inline Initializer identity(double gain = 1, Location where = Location::here()) { return Identity(gain, where); }
inline Initializer random_normal(RandomNormalOptions options = {}, Location where = Location::here()) {
  return RandomNormal(options, where);
}
inline Initializer random_uniform(RandomUniformOptions options = {}, Location where = Location::here()) {
  return RandomUniform(options, where);
}
inline Initializer truncated_normal(RandomNormalOptions options = {}, Location where = Location::here()) {
  return TruncatedNormal(options, where);
}
inline Initializer variance_scaling(VarianceScalingOptions options = {}, Location where = Location::here()) {
  return VarianceScaling(options, where);
}
inline Initializer glorot_uniform(SeedOptions options = {}, Location where = Location::here()) {
  return GlorotUniform(options, where);
}
inline Initializer glorot_normal(SeedOptions options = {}, Location where = Location::here()) {
  return GlorotNormal(options, where);
}
inline Initializer he_uniform(SeedOptions options = {}, Location where = Location::here()) {
  return HeUniform(options, where);
}
inline Initializer he_normal(SeedOptions options = {}, Location where = Location::here()) {
  return HeNormal(options, where);
}
inline Initializer lecun_uniform(SeedOptions options = {}, Location where = Location::here()) {
  return LecunUniform(options, where);
}
inline Initializer lecun_normal(SeedOptions options = {}, Location where = Location::here()) {
  return LecunNormal(options, where);
}
inline Initializer OrthogonalInitializer(OrthogonalOptions options = {}, Location where = Location::here()) {
  return Orthogonal(options, where);
}
inline Initializer orthogonal(OrthogonalOptions options = {}, Location where = Location::here()) {
  return Orthogonal(options, where);
}

}  // namespace triptych::keras::initializers
