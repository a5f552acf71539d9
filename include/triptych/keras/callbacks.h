// Callbacks: what happens around epochs and batches.
#pragma once

#include "triptych/keras/callbacks/backup_and_restore.h"
#include "triptych/keras/callbacks/callback.h"
#include "triptych/keras/callbacks/callback_list.h"
#include "triptych/keras/callbacks/csv_logger.h"
#include "triptych/keras/callbacks/early_stopping.h"
#include "triptych/keras/callbacks/history.h"
#include "triptych/keras/callbacks/lambda_callback.h"
#include "triptych/keras/callbacks/learning_rate.h"
#include "triptych/keras/callbacks/model_checkpoint.h"
#include "triptych/keras/callbacks/progbar_logger.h"
#include "triptych/keras/callbacks/swap_ema_weights.h"
#include "triptych/keras/callbacks/tensor_board.h"
#include "triptych/keras/callbacks/terminate_on_nan.h"
