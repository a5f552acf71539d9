// Progress bars: what tqdm prints, and that any range goes under one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "files.h"
#include "triptych/core.h"

namespace tt = triptych;
using testing::HasSubstr;

// The texts are those of tqdm.format_meter(n, total, elapsed, prefix=..., unit=..., postfix=..., ncols=None).
TEST(Progress, FormatsAsTqdm) {
  EXPECT_EQ(tt::format_meter(4, 10, 2), " 40%|████      | 4/10 [00:02<00:03,  2.00it/s]");
  EXPECT_EQ(tt::format_meter(0, 10, 0), "  0%|          | 0/10 [00:00<?, ?it/s]");
  EXPECT_EQ(tt::format_meter(10, 10, 4000), "100%|██████████| 10/10 [1:06:40<00:00, 400.00s/it]");
  EXPECT_EQ(tt::format_meter(1, 3, 0.5, "train", "batch", "loss=0.5"),
            "train:  33%|███▎      | 1/3 [00:00<00:01,  2.00batch/s, loss=0.5]");
  EXPECT_EQ(tt::format_meter(7, {}, 14), "7it [00:14,  2.00s/it]");
  EXPECT_EQ(tt::format_meter(7, 5, 7), "7it [00:07,  1.00it/s]");
  EXPECT_EQ(tt::format_meter(1, 2, std::numeric_limits<double>::quiet_NaN()), " 50%|█████     | 1/2 [00:00<?, ?it/s]");
}

TEST(Progress, GoesOverAnyRange) {
  std::ostringstream out;
  int sum = 0;
  for (const int i : tt::progress(std::vector<int>{1, 2, 3}, {.desc = "sum", .file = &out})) sum += i;
  EXPECT_EQ(sum, 6);
  EXPECT_THAT(out.str(), testing::StartsWith("sum: 100%|██████████| 3/3 ["));
  EXPECT_THAT(out.str(), testing::EndsWith("]\n"));
  EXPECT_EQ(out.str().find('\n'), out.str().size() - 1) << out.str();

  std::ostringstream lines;
  tt::data::DataLoader loader(tt::data::TensorDataset(tt::arange(10)), {.batch_size = 4});
  auto batches = tt::progress(loader, {.file = &lines, .mininterval = 0});
  for (const auto& [x, y] : batches) batches.bar.set_postfix("first=" + std::to_string(x[0].item<int>()));
  EXPECT_THAT(lines.str(), HasSubstr("| 2/3 ["));
  EXPECT_THAT(lines.str(), HasSubstr("first=8]\n"));

  std::ostringstream nothing;
  std::vector<int> none;
  for (const int i : tt::progress(none, {.leave = false, .file = &nothing})) sum += i;
  for (const int i : tt::progress(std::vector<int>{1}, {.file = &nothing, .disable = true})) sum += i;
  EXPECT_EQ(nothing.str(), "");
}

TEST(Progress, ByHand) {
  std::ostringstream out;
  {
    const tt::ProgressBar bar({.total = 100, .file = &out});
    bar.update(40);
    bar.set_description("a\nb");
    EXPECT_EQ(bar.n(), 40);
  }
  EXPECT_THAT(out.str(), HasSubstr("a\\nb:  40%|"));
  const auto message = [](auto function) { return error_of<tt::Error>(function); };
  EXPECT_THAT(message([] { tt::ProgressBar({.total = -1}); }), HasSubstr("[progress] total is negative: -1"));
  EXPECT_THAT(message([] { tt::progress(std::vector<int>{1}, {.mininterval = -1.0}); }),
              HasSubstr("progress_test.cpp"));
}
