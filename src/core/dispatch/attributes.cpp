#include "core/dispatch/attributes.h"

#include <charconv>
#include <functional>

namespace triptych {
namespace {

constinit thread_local bool readable = false;

}  // namespace

void print_readably(const AttributeType& type, const void* attributes, std::string& out) {
  const struct Scope {
    Scope() { readable = true; }
    ~Scope() { readable = false; }
  } scope;
  type.print(attributes, out);
}

bool prints_readably() { return readable; }

namespace detail {

void print_value(std::string& out, bool value) { out += value ? "true" : "false"; }
void print_value(std::string& out, std::int64_t value) { out += std::to_string(value); }
void print_value(std::string& out, double value) {
  char text[32];  // the shortest text that reads back as the same number
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}
void print_value(std::string& out, const std::string& value) { out.append("'").append(value).append("'"); }
void print_value(std::string& out, DType value) { out += dtype_name(value); }
void print_value(std::string& out, Device value) { out += value.text(); }
void print_value(std::string& out, const Shape& value) { out += value.text(); }
void print_value(std::string& out, std::span<const std::int64_t> value) {
  out += "(";
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i) out += ", ";
    out += std::to_string(value[i]);
  }
  out += ")";
}
void print_value(std::string& out, Scalar value) {
  if (value.kind() == Scalar::Kind::floating)
    print_value(out, value.to_double());
  else if (value.kind() == Scalar::Kind::boolean)
    print_value(out, value.to_int() != 0);
  else
    print_value(out, value.to_int());
}
void print_value(std::string& out, const Tensor& value) {
  if (!value.defined()) {
    out += "none";
    return;
  }
  out.append(dtype_name(value.dtype())).append(value.shape().text());
  // The identity is part of the text where that is hashed or compared.
  if (!readable) out.append("@").append(std::to_string(reinterpret_cast<std::uintptr_t>(value.impl())));
}

void visit_integers_of(Shape& shape, const IntegerVisitor& visit) {
  std::vector<std::int64_t> dims = shape.to_vector();
  visit_integers_of(dims, visit);
  shape = Shape(dims);
}
void visit_integers_of(Axes& axes, const IntegerVisitor& visit) {
  for (int i = 0; i < axes.size(); ++i) visit(axes[i]);
}
void visit_integers_of(Scalar& number, const IntegerVisitor& visit) {
  if (number.kind() != Scalar::Kind::integer) return;
  std::int64_t value = number.to_int();
  visit(value);
  number = value;
}

std::size_t hash_bytes(const void* data, std::size_t size, std::size_t seed) {
  const std::size_t hash = std::hash<std::string_view>{}({static_cast<const char*>(data), size});
  return hash ^ (seed + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2));
}

}  // namespace detail
}  // namespace triptych
