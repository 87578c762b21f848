// libtorch for Swift: a C interface without exceptions and without C++ types.
#ifndef CTORCH_H
#define CTORCH_H

#include "CTorchCapture.h"
#include "CTorchCore.h"
#include "CTorchDistributed.h"
#include "CTorchFunctions.h"
#include "CTorchOperations.h"
#include "CTorchScript.h"
#include "CTorchTypes.h"

#endif
