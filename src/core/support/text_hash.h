// Hashes of texts that are the same everywhere and always: for numbers that are kept in files.
#pragma once

#include <cstdint>
#include <string_view>

namespace triptych {

/// FarmHash's Fingerprint64 (https://github.com/google/farmhash), TensorFlow's to_hash_bucket_fast.
std::uint64_t fingerprint64(std::string_view text);
/// SipHash-2-4 (https://www.aumasson.jp/siphash/siphash.pdf), TensorFlow's to_hash_bucket_strong.
std::uint64_t siphash(std::string_view text, std::uint64_t key0, std::uint64_t key1);

}  // namespace triptych
