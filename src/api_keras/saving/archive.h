// Files of Keras: archives and weights.
#pragma once

#include <string>
#include <string_view>

#include "core/formats/file.h"
#include "core/formats/json.h"
#include "triptych/keras/model.h"

namespace triptych::keras {

/// A model as a file describes it; how it was compiled, too, if it is and `compiled` asks for it.
Json model_object(const Model& model, bool compiled, std::string_view op, Location where);

void save_archive(const Model& model, const std::string& path, Location where);
void save_weight_file(const Model& model, const std::string& path, Location where);

enum class FileKind { archive, hdf5, other };
/// By its first bytes.
FileKind kind_of_file(const std::string& path, FileContext context);
void load_weight_file(const Model& model, const std::string& path, FileKind kind, bool skip_mismatch, Location where);

}  // namespace triptych::keras
