#include "triptych/keras/callbacks/history.h"

namespace triptych::keras {

Callback callbacks::History() { return Callback(std::make_shared<HistoryCallback>()); }

}  // namespace triptych::keras
