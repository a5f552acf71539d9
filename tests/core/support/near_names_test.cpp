// Which names an error offers in place of a wrong one.
#include "core/support/near_names.h"

#include <gtest/gtest.h>

#include <vector>

TEST(NearNames, TheLastPartOrAFewLetters) {
  const std::vector<std::string> names = {"fc1.weight", "fc1.bias", "fc2.weight", "head/kernel"};
  EXPECT_EQ(triptych::near_names("net.fc1.weight", names), "fc1.weight, fc2.weight");
  EXPECT_EQ(triptych::near_names("fc1.wieght", names), "fc1.weight, fc2.weight");
  EXPECT_EQ(triptych::near_names("kernel", names), "head/kernel");
  EXPECT_EQ(triptych::near_names("fc1.bais", names), "fc1.bias");
  EXPECT_EQ(triptych::near_names("embedding", names), "");
}
