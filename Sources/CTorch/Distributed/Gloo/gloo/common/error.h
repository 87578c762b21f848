// Included by libtorch's ProcessGroupGloo.hpp, which uses nothing of it.
#pragma once
