// Checkpoints: what Python wrote and reads, and what hostile files do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <set>

#include "bad_input.h"
#include "files.h"
#include "triptych/core/io.h"
#include "triptych/core/ops.h"

namespace tt = triptych;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

const std::string python_file = TRIPTYCH_SOURCE_DIR "/tests/data/python.safetensors";

template <class T>
std::vector<double> values(const tt::Tensor& tensor) {
  std::vector<double> result;
  for (const T value : tensor.data<T>()) result.push_back(static_cast<double>(static_cast<float>(value)));
  return result;
}

/// A file of `header` and `data` as the format wants them.
std::string file_of(const std::string& header, const std::string& data = "") {
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> 8 * i);
  return length + header + data;
}

}  // namespace

TEST(StateDict, KeepsOrderAndNames) {
  tt::StateDict dict{{"b", tt::ones({2})}, {"a", tt::zeros({3})}};
  dict.set("c", tt::ones({1}));
  dict.set("b", tt::ones({5}));
  EXPECT_THAT(dict.names(), ElementsAre("b", "a", "c"));
  EXPECT_EQ(dict.at("b").shape(), (tt::Shape{5}));
  EXPECT_TRUE(dict.erase("b"));
  EXPECT_FALSE(dict.erase("b"));
  EXPECT_THAT(dict.names(), ElementsAre("a", "c"));
  EXPECT_EQ(dict.at("c").shape(), (tt::Shape{1}));
  EXPECT_EQ(dict.find("b"), nullptr);
}

TEST(StateDict, NothingIsOverwrittenWithoutAWord) {
  tt::StateDict dict{{"a", tt::ones({2})}};
  EXPECT_BAD("[StateDict] two tensors have one name: 'a'", dict.add("a", tt::zeros({3})));
  EXPECT_EQ(dict.at("a").shape(), (tt::Shape{2}));
  EXPECT_BAD("[StateDict] two tensors have one name", tt::StateDict({{"a", tt::ones({2})}, {"a", tt::ones({3})}}));
  dict.add("b", tt::zeros({3}));
  // Copies and what is moved find their own.
  tt::StateDict copy = dict, moved = std::move(dict);
  EXPECT_TRUE(dict.empty());
  EXPECT_FALSE(dict.contains("a"));
  copy.set("a", tt::ones({7}));
  EXPECT_TRUE(copy.erase("b"));
  EXPECT_THAT(moved.names(), ElementsAre("a", "b"));
  EXPECT_EQ(moved.at("a").shape(), (tt::Shape{2}));
  dict = moved;
  moved = {};
  EXPECT_EQ(dict.at("b").shape(), (tt::Shape{3}));
}

TEST(StateDict, MissingNameOffersSimilarOnes) {
  const tt::StateDict dict{{"fc1.weight", tt::ones({1})}, {"fc1.bias", tt::ones({1})}};
  const std::string message = error_of<tt::ArgumentError>([&] { dict.at("fc2.weight"); });
  EXPECT_THAT(message, HasSubstr("'fc2.weight'"));
  EXPECT_THAT(message, HasSubstr("It has fc1.weight."));
  EXPECT_THAT(message, HasSubstr("safetensors_test.cpp"));
}

TEST(Safetensors, ReadsWhatPythonWrote) {
  const tt::StateDict dict = tt::load(python_file);
  ASSERT_EQ(dict.size(), 12u);
  EXPECT_EQ(dict.at("float32").shape(), (tt::Shape{2, 3}));
  EXPECT_THAT(dict.at("float32").to_vector<float>(),
              ElementsAre(1.5f, -2.25f, 0.0f, 3.0e38f, 1.0e-45f, std::numeric_limits<float>::infinity()));
  EXPECT_THAT(dict.at("float64").to_vector<double>(), ElementsAre(1.0 / 3.0, -1.0e300));
  EXPECT_EQ(dict.at("float16").dtype(), tt::float16);
  EXPECT_THAT(values<tt::Float16>(dict.at("float16")), ElementsAre(1.0, -0.5, 65504.0));
  EXPECT_EQ(dict.at("bfloat16").shape(), (tt::Shape{2, 1}));
  EXPECT_THAT(values<tt::BFloat16>(dict.at("bfloat16")), ElementsAre(1.0, -3.0));
  EXPECT_THAT(dict.at("int8").to_vector<std::int8_t>(), ElementsAre(-128, 127, 0));
  EXPECT_THAT(dict.at("uint8").to_vector<std::uint8_t>(), ElementsAre(0, 255));
  EXPECT_THAT(dict.at("int32").to_vector<std::int32_t>(), ElementsAre(INT32_MIN, INT32_MAX));
  EXPECT_THAT(dict.at("int64").to_vector<std::int64_t>(), ElementsAre(INT64_MIN, INT64_MAX));
  EXPECT_THAT(values<bool>(dict.at("bool")), ElementsAre(1, 0, 1));
  EXPECT_EQ(dict.at("scalar").ndim(), 0);
  EXPECT_EQ(dict.at("scalar").item<float>(), 42.0f);
  EXPECT_EQ(dict.at("empty").shape(), (tt::Shape{0, 3}));
  EXPECT_EQ(dict.at("a \"quoted\" n\xc3\xa4me").item<int>(), 7);
  EXPECT_EQ(dict.metadata.at("framework"), "python");
  EXPECT_EQ(dict.metadata.at("note"), "line\nbreak");
}

// `scripts/references/make_safetensors_reference.py build/tests/triptych.safetensors` holds this file against Python.
TEST(Safetensors, WritesWhatItRead) {
  const TemporaryFolder folder;
  const std::string path = TRIPTYCH_BINARY_DIR "/tests/triptych.safetensors";
  const tt::StateDict dict = tt::load(python_file);
  tt::save(dict, path);
  const tt::StateDict again = tt::load(path);
  EXPECT_EQ(again.names(), dict.names());
  EXPECT_EQ(again.metadata, dict.metadata);
  tt::save(again, folder / "again.safetensors");
  EXPECT_EQ(read_file(folder / "again.safetensors"), read_file(path));
}

TEST(Safetensors, AlignsEveryTensorAndKeepsOrder) {
  const TemporaryFolder folder;
  tt::save({{"flags", tt::zeros({3}, tt::boolean)},
            {"weight", tt::ones({2}, tt::float64)},
            {"half", tt::ones({1}, tt::float16)}},
           folder / "a");
  const std::string bytes = read_file(folder / "a");
  const auto header = static_cast<unsigned char>(bytes[0]) + 256u * static_cast<unsigned char>(bytes[1]);
  EXPECT_EQ(header % 8, 0u);
  EXPECT_EQ(bytes.size(), 8 + header + 16 + 2 + 3);
  EXPECT_THAT(bytes, HasSubstr(R"("weight":{"dtype":"F64","shape":[2],"data_offsets":[0,16]})"));
  EXPECT_THAT(tt::load(folder / "a").names(), ElementsAre("flags", "weight", "half"));
}

TEST(Safetensors, WritesViewsInRowMajorOrder) {
  const TemporaryFolder folder;
  const tt::Tensor matrix = tt::tensor(std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3});
  tt::save({{"transposed", tt::transpose(matrix)}}, folder / "a");
  const tt::Tensor read = tt::load(folder / "a").at("transposed");
  EXPECT_EQ(read.shape(), (tt::Shape{3, 2}));
  EXPECT_THAT(read.to_vector<float>(), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(Safetensors, EmptyDictionary) {
  const TemporaryFolder folder;
  tt::save(tt::StateDict(), folder / "a");
  EXPECT_TRUE(tt::load(folder / "a").empty());
}

TEST(Safetensors, RefusesWhatCannotBeSaved) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  const auto save_error = [&](const tt::StateDict& dict, const std::string& to) {
    return error_of<tt::ArgumentError>([&] { tt::save(dict, to); });
  };
  EXPECT_THAT(save_error({{"w", tt::Tensor()}}, path), HasSubstr("'w' is undefined"));
  EXPECT_THAT(save_error({{"__metadata__", tt::ones({1})}}, path), HasSubstr("'__metadata__'"));
  EXPECT_THAT(save_error({{"\xff", tt::ones({1})}}, path), HasSubstr("UTF-8"));
  EXPECT_THAT(save_error({}, folder / "no/such/folder"), HasSubstr("No such file or directory"));
  EXPECT_THAT(save_error({}, folder.path()), HasSubstr("what would be replaced is not a regular file"));
  EXPECT_THAT(save_error({}, "/dev/null"), HasSubstr("what would be replaced is not a regular file"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Safetensors, AFailedSaveLeavesTheOldFileAndNoOther) {
  const TemporaryFolder folder;
  tt::save({{"w", tt::ones({2})}}, folder / "a");
  const std::string before = read_file(folder / "a");
  EXPECT_THROW(tt::save({{"w", tt::zeros({2})}, {"undefined", tt::Tensor()}}, folder / "a"), tt::ArgumentError);
  EXPECT_EQ(read_file(folder / "a"), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Safetensors, ReplacesWhatALinkPointsTo) {
  const TemporaryFolder folder;
  tt::save(tt::StateDict(), folder / "target");
  std::filesystem::create_symlink("target", folder / "link");
  tt::save({{"w", tt::ones({2})}}, folder / "link");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(tt::load(folder / "target").size(), 1u);
}

TEST(Safetensors, FilesThatAreNone) {
  const TemporaryFolder folder;
  const auto load_error = [](const std::string& path) { return error_of<tt::ArgumentError>([&] { tt::load(path); }); };
  EXPECT_THAT(load_error(folder / "missing"),
              testing::AllOf(HasSubstr("[load] the file cannot be opened"),
                             HasSubstr("missing' (No such file or directory)"), HasSubstr("At safetensors_test.cpp")));
  EXPECT_THAT(load_error(folder.path()), HasSubstr("this is not a regular file"));
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(load_error(folder / "pipe"), HasSubstr("this is not a regular file"));
}

// Each header breaks one rule of the format; the error names the file and the rule.
TEST(Safetensors, HostileHeaders) {
  const TemporaryFolder folder;
  const std::string path = folder / "hostile";
  struct Case {
    std::string bytes, message;
  };
  const std::string data4(4, '\0'), data8(8, '\0');
  const std::string huge = "18446744073709551615";
  const auto entry = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
  };
  const std::vector<Case> cases = {
      {"", "at least 8 are needed"},
      {"short", "at least 8 are needed"},
      {std::string(8, '\xff'), "length is given as " + huge},
      {std::string("\x10\0\0\0\0\0\0\0{}", 10), "length is given as 16 bytes, the file has 10"},
      {file_of(""), "no JSON"},
      {file_of("{"), "no JSON"},
      {file_of("{} x"), "no JSON"},
      {file_of("[]"), "is not an object"},
      {file_of("7"), "is not an object"},
      {file_of("null"), "is not an object"},
      {file_of(R"({"w":1})"), "a number does not belong at 'w'"},
      {file_of(R"({"w":[]})"), "a list does not belong at 'w'"},
      {file_of(R"({"w":{}})"), "lacks a dtype"},
      {file_of(R"({"w":{"dtype":"F32","shape":[1]}})", data4), "lacks a dtype, a shape or two data_offsets"},
      {file_of(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", data4), "two data_offsets"},
      {file_of(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})", data4), "more than two data_offsets"},
      {file_of(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"dtype":"F32"}})", data4), "field 'dtype'"},
      {file_of(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":{}}})", data4), "field 'extra'"},
      {file_of(R"({"w":{"dtype":["F32"]}})"), "a list does not belong"},
      {file_of(R"({"w":)" + entry("F32", "[-1]", "[0,4]") + "}", data4), "a negative number"},
      {file_of(R"({"w":)" + entry("F32", "[1.5]", "[0,4]") + "}", data4), "a fraction"},
      {file_of(R"({"w":)" + entry("F32", "[[1]]", "[0,4]") + "}", data4), "a list does not belong"},
      {file_of(R"({"w":)" + entry("F32", "[1e400]", "[0,4]") + "}", data4), "no JSON"},
      {file_of(R"({"w":)" + entry("F32", "[" + huge + "]", "[0,4]") + "}", data4), "dimension of " + huge},
      {file_of(R"({"w":)" + entry("F32", "[4294967296,4294967296]", "[0,0]") + "}"), "more elements than fit"},
      {file_of(R"({"w":)" + entry("F32", "[0,4611686018427387904,8]", "[0,0]") + "}"), "more elements than fit"},
      {file_of(R"({"w":)" + entry("F32", "[1]", "[4,0]") + "}", data4), "needs 4 bytes"},
      {file_of(R"({"w":)" + entry("F32", "[1]", "[0,8]") + "}", data8), "needs 4 bytes"},
      {file_of(R"({"w":)" + entry("F32", "[1]", "[0,4]") + "}", "ab"), "describes 4 bytes of data, the file has 2"},
      {file_of(R"({"w":)" + entry("F32", "[1]", "[0,4]") + "}", data8), "describes 4 bytes of data, the file has 8"},
      {file_of(R"({"w":)" + entry("F32", "[1]", "[4,8]") + "}", data8), "a gap or an overlap"},
      {file_of(R"({"w":)" + entry("F32", "[1]", "[18446744073709551612,0]") + "}", data4), "needs 4 bytes"},
      {file_of(R"({"a":)" + entry("F32", "[1]", "[0,4]") + R"(,"b":)" + entry("F32", "[1]", "[0,4]") + "}", data4),
       "a gap or an overlap"},
      {file_of(R"({"w":)" + entry("F32", "[1]", "[0,4]") + R"(,"w":)" + entry("F32", "[1]", "[4,8]") + "}", data8),
       "'w' stands there twice"},
      {file_of(R"({"__metadata__":{"a":1}})"), "a number does not belong"},
      {file_of(R"({"__metadata__":{"a":"b","a":"c"}})"), "'a' stands there twice"},
      {file_of(R"({"__metadata__":{"a":{}}})"), "an object does not belong"},
      {file_of("{\"\xff\":1}"), "no JSON"},
      {file_of(std::string(100000, '[')), "is not an object"},
      {file_of(R"({"w":)" + entry("BOOL", "[1]", "[0,1]") + "}", "\x02"), "bytes other than 0 and 1"},
  };
  for (const auto& [bytes, message] : cases) {
    write_file(path, bytes);
    const std::string what = error_of<tt::ArgumentError>([&] { tt::load(path); });
    EXPECT_THAT(what, testing::AllOf(HasSubstr(message), HasSubstr("hostile'"))) << bytes.substr(0, 200);
  }
}

// Forged files, and what the reference implementation says of them (scripts/references/make_safetensors_verdicts.py):
// nothing that it refuses is read, and what it reads is, but for the following.
TEST(Safetensors, RefusesWhatTheReferenceRefuses) {
  const std::set<std::string> stricter = {
      "name twice, same",          // the format's page forbids it
      "metadata key twice",        // likewise
      "unknown field",             // what it would mean is not known
      "entry as list",             // the fields' names are what the page gives
      "zero before an overflow",   // the reference's own check, in another order
      "dimension beyond 63 bits",  // NumPy refuses the array, too
      "ten dimensions",            // at most 8 here
      "bool of 2",                 // would be neither true nor false
  };
  const TemporaryFolder folder;
  std::ifstream lines(TRIPTYCH_SOURCE_DIR "/tests/references/safetensors_verdicts.txt");
  std::string verdict, hex, name;
  int read = 0, refused = 0;
  while (lines >> verdict >> hex && std::getline(lines >> std::ws, name)) {
    std::string bytes;
    for (std::size_t i = 0; hex != "-" && i < hex.size(); i += 2)
      bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    write_file(folder / "forged", bytes);
    const std::string error = error_of<tt::Error>([&] { tt::load(folder / "forged"); });
    const bool reads = verdict == "ok" && !stricter.contains(name);
    EXPECT_EQ(error == "no error", reads) << name << ": " << error;
    ++(reads ? read : refused);
  }
  EXPECT_EQ(read, 19);
  EXPECT_EQ(refused, 86);
}

// A header of 100 MB may hold ten million names: memory is bounded by their number, of what is written, too.
TEST(Safetensors, TooManyNames) {
  const TemporaryFolder folder;
  constexpr int most = 1 << 18;
  std::string header = R"({"__metadata__":{"0":"")";
  tt::StateDict dict;
  for (int i = 1; i <= most; ++i) {
    header += ",\"" + std::to_string(i) + R"(":"")";
    dict.metadata.emplace_hint(dict.metadata.end(), std::to_string(most + i), "");
  }
  write_file(folder / "more", file_of(header + "}}"));
  EXPECT_THAT(error_of<tt::UnsupportedError>([&] { tt::load(folder / "more"); }),
              testing::AllOf(HasSubstr("too many tensors and metadata"), HasSubstr("more' has more than 262144")));
  header.erase(header.rfind(','));
  write_file(folder / "most", file_of(header + "}}"));
  EXPECT_EQ(tt::load(folder / "most").metadata.size(), static_cast<std::size_t>(most));

  dict.set("one more", tt::ones({1}));
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { tt::save(dict, folder / "no"); }), HasSubstr("262145. At most 262144"));
}

TEST(Safetensors, WhatTheLibraryDoesNotHave) {
  const TemporaryFolder folder;
  const auto load_error = [&](const std::string& dtype, const std::string& shape, const std::string& data) {
    write_file(folder / "a", file_of(R"({"w":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":[0,)" +
                                         std::to_string(data.size()) + "]}}",
                                     data));
    return error_of<tt::UnsupportedError>([&] { tt::load(folder / "a"); });
  };
  EXPECT_THAT(load_error("F8_E4M3", "[1]", "a"), HasSubstr("'w' in"));
  EXPECT_THAT(load_error("F8_E4M3", "[1]", "a"), HasSubstr("has 'F8_E4M3'"));
  EXPECT_THAT(load_error("U8", "[1,1,1,1,1,1,1,1,1]", "a"), HasSubstr("more than 8 dimensions"));
}

// Any damage gives an Error or a valid dictionary: never a crash, never another exception.
TEST(Safetensors, DamagedFiles) {
  const TemporaryFolder folder;
  const std::string path = folder / "damaged", whole = read_file(python_file);
  const std::string alphabet = "\"{}[]:,0123456789-.eFUIB truefalsn\\\x01\xff";
  std::mt19937_64 random(7);
  int errors = 0;
  constexpr int runs = 3000;
  for (int run = 0; run < runs; ++run) {
    std::string bytes = whole;
    const int damages = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i < damages && !bytes.empty(); ++i) {
      // Most of the damage goes to the header, where it is read as more than numbers.
      const std::size_t place = random() % (random() % 4 ? std::min<std::size_t>(bytes.size(), 1000) : bytes.size());
      const char letter = random() % 4 ? alphabet[random() % alphabet.size()] : static_cast<char>(random());
      switch (random() % 6) {
        case 0:
          bytes.resize(place);
          break;
        case 1:
          bytes.insert(place, 1 + random() % 20, letter);
          break;
        case 2:
          bytes.erase(place, 1 + random() % 20);
          break;
        case 3:
          bytes.insert(place, bytes.substr(random() % bytes.size(), random() % 100));
          break;
        default:
          bytes[place] = letter;
      }
    }
    write_file(path, bytes);
    try {
      tt::load(path);
    } catch (const tt::Error&) {
      ++errors;
    }
  }
  EXPECT_GT(errors, runs / 2);
}
