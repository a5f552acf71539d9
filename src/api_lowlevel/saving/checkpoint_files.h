// The files of a checkpoint: "<path>.safetensors", or "<path>-00000-of-00002.safetensors" and its like, and
// "<path>.meta".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "triptych/core/io.h"

namespace triptych::lowlevel::train {

/// Writes them and removes what another form of the same checkpoint left.
void write_checkpoint(const StateDict& state, const std::string& path, bool sharded, std::int64_t max_shard_bytes,
                      Location where);
/// All tensors. ArgumentError of `op` if there is none, a file is missing or of another save.
StateDict read_checkpoint(const std::string& path, std::string_view op, Location where);
/// When it was written, in seconds since 1970; nothing if there is none.
std::optional<double> checkpoint_time(const std::string& path);

}  // namespace triptych::lowlevel::train
