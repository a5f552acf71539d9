#include "cuda/emulator/grid.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <list>
#include <mutex>
#include <thread>

#include "cuda/emulator/emulator.h"
#include "cuda/emulator/sanitizers.h"

namespace triptych::cuda::emulator {

namespace {

int worker_count(int wanted) { return wanted > 0 ? wanted : int(std::max(1u, std::thread::hardware_concurrency())); }

/// A launch whose blocks are being dealt.
struct Grid {
  const Launch& launch;
  std::uint64_t blocks;
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> failed{false};
  int helpers = 0;  // guarded by the mutex of Helpers
};

/// CPU threads that help a stream's thread with its blocks, and the Blocks (with their fibers) of all of them.
class Helpers {
 public:
  static Helpers& get() {
    static auto* helpers = new Helpers;  // its threads may outlive static objects, so it does as well
    return *helpers;
  }

  void set_count(int workers) {
    std::lock_guard lock(mutex_);
    wanted_ = workers - 1;
    for (; started_ < wanted_; ++started_) std::thread([this, number = started_] { help(number); }).detach();
  }

  void run(Grid& grid) {
    if (grid.blocks > 1) {
      std::lock_guard lock(mutex_);
      grids_.push_back(&grid);
      wake_.notify_all();
    }
    take_blocks(grid);
    std::unique_lock lock(mutex_);
    std::erase(grids_, &grid);
    done_.wait(lock, [&] { return grid.helpers == 0; });
  }

 private:
  Helpers() {
    const char* workers = std::getenv("TRIPTYCH_EMULATED_WORKERS");
    set_count(worker_count(workers ? std::atoi(workers) : 0));
  }

  void help(int number) {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return number < wanted_ && !grids_.empty(); });
      Grid& grid = *grids_.front();
      ++grid.helpers;
      lock.unlock();
      take_blocks(grid);
      lock.lock();
      std::erase(grids_, &grid);  // all its blocks are taken
      if (--grid.helpers == 0) done_.notify_all();
    }
  }

  void take_blocks(Grid& grid) {
    std::unique_ptr<Block> block = borrow();
    const dim3& size = grid.launch.grid;
    for (std::uint64_t i; (i = grid.next.fetch_add(1)) < grid.blocks && !grid.failed;) {
      uint3 index{unsigned(i % size.x), unsigned(i / size.x % size.y), unsigned(i / size.x / size.y)};
      if (!block->run(grid.launch, index)) grid.failed = true;
    }
    give_back(std::move(block));
  }

  std::unique_ptr<Block> borrow() {
    std::lock_guard lock(blocks_mutex_);
    if (blocks_.empty()) return std::make_unique<Block>();
    auto block = std::move(blocks_.back());
    blocks_.pop_back();
    return block;
  }

  void give_back(std::unique_ptr<Block> block) {
    std::lock_guard lock(blocks_mutex_);
    blocks_.push_back(std::move(block));
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::list<Grid*> grids_;
  int wanted_ = 0, started_ = 0;
  std::mutex blocks_mutex_;
  std::vector<std::unique_ptr<Block>> blocks_;
};

}  // namespace

bool run_grid(const Launch& launch) {
  Grid grid{launch, std::uint64_t(launch.grid.x) * launch.grid.y * launch.grid.z};
  Helpers::get().run(grid);
  acquire(const_cast<Launch*>(&launch));  // what every CUDA thread released at its end
  return !grid.failed;
}

void set_workers(int count) { Helpers::get().set_count(worker_count(count)); }

}  // namespace triptych::cuda::emulator
