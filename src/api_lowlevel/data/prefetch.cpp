#include <condition_variable>
#include <exception>
#include <thread>

#include "api_lowlevel/data/source.h"

namespace triptych::lowlevel::data {
namespace {

class Prefetched final : public Stream {
 public:
  Prefetched(std::unique_ptr<Stream> stream, std::size_t size)
      : stream_(std::move(stream)), size_(size), thread_([this, passes = computed_passes] {
          const ComputingFor here(passes);
          work();
        }) {}
  ~Prefetched() override {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  std::optional<Element> next() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !ready_.empty() || ended_; });
    if (!ready_.empty()) {
      Element element = std::move(ready_.front());
      ready_.pop_front();
      changed_.notify_all();
      return element;
    }
    if (error_) std::rethrow_exception(error_);
    return std::nullopt;
  }

 private:
  void work() {
    std::exception_ptr error;
    try {
      for (;;) {
        std::optional<Element> element = stream_->next();
        std::unique_lock lock(mutex_);
        if (!element || stopped_) break;
        changed_.wait(lock, [&] { return ready_.size() < size_ || stopped_; });
        if (stopped_) break;
        ready_.push_back(std::move(*element));
        changed_.notify_all();
      }
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    error_ = error;
    ended_ = true;
    changed_.notify_all();
  }

  std::unique_ptr<Stream> stream_;
  std::size_t size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Element> ready_;
  std::exception_ptr error_;
  bool stopped_ = false, ended_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace

std::unique_ptr<Stream> prefetched(std::unique_ptr<Stream> stream, std::size_t buffer_size) {
  return std::make_unique<Prefetched>(std::move(stream), buffer_size);
}

}  // namespace triptych::lowlevel::data
