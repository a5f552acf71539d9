// .npy files against those that NumPy writes (scripts/references/make_npy_references.py).
#include "triptych/core/npy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "files.h"
#include "triptych/core.h"

namespace tt = triptych;

namespace {

std::string reference(const std::string& name) {
  return std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/npy/" + name + ".npy";
}

}  // namespace

TEST(Npy, ReadsWhatNumPyWrites) {
  const tt::Tensor x = tt::load_npy(reference("float32"));
  EXPECT_EQ(x.dtype(), tt::float32);
  EXPECT_EQ(x.shape(), tt::Shape({2, 3}));
  const auto values = x.to_vector<float>();
  EXPECT_EQ(values[1], -1.25f);
  EXPECT_TRUE(std::isinf(values[2]) && std::isnan(values[3]));
  EXPECT_EQ(values[4], 1e-40f);
  EXPECT_EQ(tt::load_npy(reference("float64")).item<double>(), 0.1);
  EXPECT_EQ(tt::load_npy(reference("float16")).shape(), tt::Shape({2, 1, 3}));
  EXPECT_EQ(tt::load_npy(reference("int64")).to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{-3, -2, -1, 0, 1, 2}));
  EXPECT_EQ(tt::load_npy(reference("int8")).dtype(), tt::int8);
  EXPECT_EQ(tt::load_npy(reference("uint8")).to_vector<std::int64_t>()[5], 255);
  EXPECT_EQ(tt::load_npy(reference("bool")).dtype(), tt::boolean);
  EXPECT_EQ(tt::load_npy(reference("empty")).shape(), tt::Shape({0, 3}));
  EXPECT_EQ(tt::load_npy(reference("fortran")).to_vector<float>(), (std::vector<float>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(tt::load_npy(reference("big_endian")).to_vector<double>(), (std::vector<double>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(tt::load_npy(reference("int16")).to_vector<std::int64_t>()[0], -3);
  EXPECT_EQ(tt::load_npy(reference("uint16")).to_vector<std::int64_t>()[5], 65535);
  EXPECT_EQ(tt::load_npy(reference("uint32")).to_vector<std::int64_t>()[5], 4294967295);
  for (const char* name : {"complex", "text"})
    EXPECT_NE(error_of<tt::UnsupportedError>([&] { tt::load_npy(reference(name)); }).find("of a type"),
              std::string::npos);
}

TEST(Npy, WritesTheBytesThatNumPyWrites) {
  const TemporaryFolder folder;
  for (const char* name : {"float32", "float64", "float16", "int64", "int32", "int8", "uint8", "bool", "empty"}) {
    tt::save_npy(tt::load_npy(reference(name)), folder / "x.npy");
    EXPECT_EQ(read_file(folder / "x.npy"), read_file(reference(name))) << name;
  }
  const tt::Tensor view = tt::transpose(tt::load_npy(reference("fortran")), 0, 1);
  tt::save_npy(view, folder / "x.npy");
  EXPECT_EQ(tt::load_npy(folder / "x.npy").to_vector<float>(), (std::vector<float>{0, 3, 1, 4, 2, 5}));
}

TEST(Npy, ErrorsNameTheFileAndTheLine) {
  const TemporaryFolder folder;
  const std::string path = folder / "x.npy", good = read_file(reference("float32"));
  const auto error = [&](const std::string& bytes) {
    write_file(path, bytes);
    return error_of<tt::ArgumentError>([&] { tt::load_npy(path); });
  };
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::string text = error(good.substr(0, size));
    EXPECT_NE(text.find("x.npy"), std::string::npos) << text;
    EXPECT_NE(text.find("npy_test.cpp"), std::string::npos) << text;
  }
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string bytes = good;
    return error(bytes.replace(bytes.find(from), from.size(), to));
  };
  EXPECT_NE(with("(2, 3)", "(2, 9)").find("are needed"), std::string::npos);
  EXPECT_NE(with("shape", "shame").find("'shame'"), std::string::npos);
  EXPECT_NE(with("False", "Maybe").find("neither"), std::string::npos);
  EXPECT_NE(with("(2, 3), }", "(99999999999999999"), "no error");
  EXPECT_NE(error(good + "x"), "no error");
  EXPECT_NE(error_of<tt::ArgumentError>([&] { tt::load_npy(folder / "none.npy"); }), "no error");
  EXPECT_NE(error_of<tt::ArgumentError>([&] { tt::save_npy(tt::Tensor(), path); }), "no error");
  EXPECT_NE(error_of<tt::UnsupportedError>([&] { tt::save_npy(tt::ones({2}, tt::bfloat16), path); }).find("bfloat16"),
            std::string::npos);
}
