// A vector whose first N elements need no allocation.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace triptych {

template <class T, std::size_t N>
class InlineVector {
 public:
  InlineVector() = default;
  explicit InlineVector(std::size_t count) {
    reserve(count);
    for (std::size_t i = 0; i < count; ++i) new (data_ + i) T();
    size_ = count;
  }
  InlineVector(const InlineVector&) = delete;
  InlineVector& operator=(const InlineVector&) = delete;
  ~InlineVector() {
    std::destroy_n(data_, size_);
    if (data_ != inline_data()) ::operator delete(data_, std::align_val_t(alignof(T)));
  }

  /// Only while empty.
  void reserve(std::size_t count) {
    if (count > N) data_ = static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t(alignof(T))));
  }
  /// Within what was reserved.
  template <class... A>
  T& emplace_back(A&&... arguments) {
    return *new (data_ + size_++) T(std::forward<A>(arguments)...);
  }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  std::span<T> span() { return {data_, size_}; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }

 private:
  T* inline_data() { return reinterpret_cast<T*>(buffer_); }

  alignas(T) unsigned char buffer_[N * sizeof(T)];
  T* data_ = inline_data();
  std::size_t size_ = 0;
};

}  // namespace triptych
