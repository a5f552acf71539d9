// The arguments of lookups and their kind as configs have them, both ways.
#pragma once

#include "triptych/keras/layers/preprocessing/hashing.h"
#include "triptych/keras/layers/preprocessing/lookup.h"
#include "triptych/keras/layers/preprocessing/text_vectorization.h"

namespace triptych::keras {

class Fields;

void lookup_fields(Fields& fields, StringLookupOptions& options);
void lookup_fields(Fields& fields, IntegerLookupOptions& options);
void lookup_fields(Fields& fields, TextVectorizationOptions& options);
void lookup_fields(Fields& fields, HashingOptions& options);

}  // namespace triptych::keras
