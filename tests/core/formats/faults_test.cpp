// What goes wrong outside: files cut off and damaged at every place, disks that are full, memory that is used up, and
// what a failed read leaves: everything as it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <zlib.h>

#include <cstring>

#include "files.h"
#include "triptych/core/data.h"
#include "triptych/core/memory.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
using testing::AllOf;
using testing::HasSubstr;

namespace {

tt::StateDict checkpoint(float value) {
  tt::StateDict state{{"weight", tt::full({3, 2}, value)}, {"bias", tt::full({3}, value)}};
  state.metadata["epoch"] = "7";
  return state;
}

/// The bytes of a file that `write` makes.
template <class Write>
std::string bytes_of(const TemporaryFolder& folder, Write write) {
  write(folder / "whole");
  return read_file(folder / "whole");
}

/// Calls `read` on every file that is `whole` cut off, and on every one with a byte changed; each must fail with one of
/// our errors, or (where a byte is data) give something valid.
template <class Read>
void damage_everywhere(const TemporaryFolder& folder, const std::string& whole, Read read) {
  const std::string path = folder / "damaged";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_file(path, whole.substr(0, length));
    EXPECT_THROW(read(path), tt::Error) << "cut off after " << length << " of " << whole.size() << " bytes";
  }
  write_file(path, whole + '\0');
  EXPECT_THROW(read(path), tt::ArgumentError) << "one byte more";
  for (std::size_t place = 0; place < whole.size(); ++place)
    for (const int flip : {0x01, 0x20, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[place] = static_cast<char>(bytes[place] ^ flip);
      write_file(path, bytes);
      try {
        read(path);
      } catch (const tt::Error&) {
      }
    }
}

/// Files may not grow beyond `bytes` while this lives: what a full disk does to a writer.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

std::string gzipped(const TemporaryFolder& folder, const std::string& bytes) {
  const std::string path = folder / "compressed";
  const gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return read_file(path);
}

}  // namespace

TEST(Faults, SafetensorsDamagedEverywhere) {
  const TemporaryFolder folder;
  damage_everywhere(folder, bytes_of(folder, [](const std::string& path) { tt::save(checkpoint(1), path); }),
                    [](const std::string& path) { tt::load(path); });
}

TEST(Faults, IdxDamagedEverywhere) {
  const TemporaryFolder folder;
  const std::string plain = std::string("\0\0\x0c\x02\0\0\0\x02\0\0\0\x03", 12) + std::string(24, '\x05');
  const auto read = [](const std::string& path) { tt::data::read_idx(path); };
  damage_everywhere(folder, plain, read);
  damage_everywhere(folder, gzipped(folder, plain), read);
}

TEST(Faults, ADamagedCheckpointChangesNothingInASession) {
  const TemporaryFolder folder;
  tt::lowlevel::Graph graph;
  const auto w = graph.variable("weight", tt::full({3, 2}, 5.0)), b = graph.variable("bias", tt::full({3}, 5.0));
  const tt::lowlevel::Session session(graph);
  session.run(graph.initializer());
  const std::string whole = bytes_of(folder, [](const std::string& path) { tt::save(checkpoint(1), path); });
  for (std::size_t length = 0; length < whole.size(); length += 3) {
    write_file(folder / "cut", whole.substr(0, length));
    EXPECT_THROW(session.restore(folder / "cut"), tt::ArgumentError);
  }
  tt::save({{"weight", tt::zeros({3, 2})}, {"bias", tt::zeros({4})}}, folder / "other");
  EXPECT_THROW(session.restore(folder / "other"), tt::ArgumentError);
  tt::save({{"weight", tt::zeros({3, 2})}}, folder / "other");
  EXPECT_THROW(session.restore(folder / "other"), tt::ArgumentError);
  EXPECT_TRUE(tt::array_equal(session.value(w), tt::full({3, 2}, 5.0)));
  EXPECT_TRUE(tt::array_equal(session.value(b), tt::full({3}, 5.0)));
  session.restore(folder / "whole");
  EXPECT_TRUE(tt::array_equal(session.value(b), tt::ones({3})));
}

TEST(Faults, ADamagedCheckpointChangesNothingInAModule) {
  const TemporaryFolder folder;
  tt::eager::nn::Linear linear(2, 3);
  const tt::StateDict before = linear.state_dict();
  tt::save({{"weight", tt::zeros({3, 2})}, {"bias", tt::zeros({4})}}, folder / "other");
  EXPECT_THROW(linear.load_state_dict(tt::load(folder / "other")), tt::ArgumentError);
  tt::save({{"weight", tt::zeros({3, 2})}, {"extra", tt::zeros({3})}}, folder / "other");
  EXPECT_THROW(linear.load_state_dict(tt::load(folder / "other")), tt::ArgumentError);
  EXPECT_TRUE(tt::array_equal(linear.weight, before.at("weight")));
  EXPECT_TRUE(tt::array_equal(linear.bias, before.at("bias")));
}

TEST(Faults, ADamagedFileChangesNothingInAModel) {
  namespace keras = tt::keras;
  const TemporaryFolder folder;
  const keras::Sequential model({keras::Input({2}), keras::layers::Dense(3)});
  const auto before = model.predict(tt::ones({1, 2}), {.verbose = 0});
  const std::string whole = bytes_of(folder, [&](const std::string& path) { model.save_weights(path); });
  for (std::size_t length = 0; length < whole.size(); length += 3) {
    write_file(folder / "cut", whole.substr(0, length));
    EXPECT_THROW(model.load_weights(folder / "cut"), tt::ArgumentError);
  }
  EXPECT_TRUE(tt::array_equal(model.predict(tt::ones({1, 2}), {.verbose = 0}), before));
}

TEST(Faults, AFullDiskLeavesTheOldFileAndNoOther) {
  const TemporaryFolder folder;
  const std::string path = folder / "checkpoint";
  const std::string whole = bytes_of(folder, [](const std::string& to) { tt::save(checkpoint(1), to); });
  std::filesystem::remove(folder / "whole");
  tt::save(checkpoint(1), path);
  for (const rlim_t room : {rlim_t{0}, rlim_t{5}, static_cast<rlim_t>(whole.size() - 1)}) {
    const SmallDisk disk(room);
    EXPECT_THAT(error_of<tt::UnsupportedError>([&] { tt::save(checkpoint(2), path); }),
                AllOf(HasSubstr("[save] the file cannot be written: '" + path), HasSubstr("unchanged"),
                      HasSubstr("At faults_test.cpp")));
  }
  EXPECT_EQ(read_file(path), whole);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Faults, AFolderThatCannotBeWrittenTo) {
  const std::string path = "/proc/self/checkpoint";  // not even root makes files there
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { tt::save(checkpoint(1), path); }),
              AllOf(HasSubstr("[save] the file cannot be written: '" + path), HasSubstr("At faults_test.cpp")));
}

TEST(Faults, OutOfMemorySaysWhatWasAskedForAndHeld) {
  const tt::Tensor held = tt::zeros({1 << 20});
  tt::set_memory_limit(8 << 20);
  const std::string message = error_of<tt::UnsupportedError>([] { tt::ones({1 << 21}); });
  const std::string sum = error_of<tt::UnsupportedError>([&] { tt::reshape(held, {1 << 20, 1}) + tt::zeros({1, 2}); });
  tt::set_memory_limit(0);
  EXPECT_THAT(message, testing::MatchesRegex(".ones. out of memory on cpu: asked for [0-9]* bytes with [0-9]* in use, "
                                             "[0-9]* cached, peak [0-9]*\\. .* At faults_test.cpp:[0-9]*\\."));
  EXPECT_THAT(message, HasSubstr("asked for 8388"));
  EXPECT_THAT(sum, HasSubstr("At faults_test.cpp"));
  EXPECT_EQ(tt::ones({1 << 21}).numel(), 1 << 21);  // and it goes on
}

TEST(Faults, AStepThatRunsOutOfMemoryChangesNoVariable) {
  tt::lowlevel::Graph graph;
  const auto w = graph.variable("w", tt::zeros({2}));
  const auto n = graph.placeholder("n", tt::float32, {tt::unknown, 1});
  const auto up = w.assign_add(1);
  const auto large = tt::sum(n * tt::ones({1, 1 << 12}));
  const tt::lowlevel::Session session(graph);
  session.run(graph.initializer());
  const tt::Tensor rows = tt::ones({1 << 12, 1});
  tt::set_memory_limit(tt::statistics().bytes_in_use + (1 << 20));
  EXPECT_THROW(session.run({up, large}, {{n, rows}}), tt::UnsupportedError);
  tt::set_memory_limit(0);
  EXPECT_EQ(session.value(w).to_vector<float>(), (std::vector<float>{0, 0}));
  session.run({up, large}, {{n, rows}});
  EXPECT_EQ(session.value(w).to_vector<float>(), (std::vector<float>{1, 1}));
}
