// Steps that are recorded once and replayed.
#ifndef CTORCH_CAPTURE_H
#define CTORCH_CAPTURE_H

#include "CTorchTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// One recorded run of a step.
typedef struct CTRecording CTRecording;
/// A step as a list of calls that can be made again. It belongs to one thread.
typedef struct CTPlan CTPlan;

// MARK: Recording

/// Begins to record what the calling thread computes, with the arguments of the step. With a plan, the run is compared
/// with a replay of it, see `ct_plan_verify`.
CTRecording *_Nullable ct_recording_begin(
    CTTensor *_Nonnull const *_Nullable inputs, int64_t count, void *_Nullable context, CTPlan *_Nullable plan);
/// Ends it, on the same thread, with what the step returns.
bool ct_recording_end(CTRecording *recording, CTTensor *_Nonnull const *_Nullable outputs, int64_t count);
/// Ends it for a step that failed.
void ct_recording_abandon(CTRecording *recording);
/// Finds out what became of each tensor. Call it once the step's own tensors and its results are gone.
bool ct_recording_analyze(CTRecording *recording);
void ct_recording_release(CTRecording *recording);
/// Why the step cannot be replayed, as it goes on after "the step"; empty if it can. The text lives as long as the
/// recording.
const char *ct_recording_refusal(CTRecording *recording);
/// What the second run of a step did differently, as it goes on after "the step"; empty if nothing. The text lives
/// until the next call on this thread.
const char *ct_recording_difference(CTRecording *first, CTRecording *second);
int64_t ct_recording_operation_count(CTRecording *recording);

/// Whether the calling thread records.
bool ct_is_recording(void);
/// The context of the calling thread's recording; null if there is none.
void *_Nullable ct_recording_context(void);
/// The step that this thread records cannot be replayed, for a reason that goes on after "the step".
void ct_recording_refuse(const char *reason);
/// What runs in between is not recorded: it runs again in each replay.
void ct_recording_live_begin(const void *_Nullable owner);
void ct_recording_live_end(void);

// MARK: Replaying

CTPlan *_Nullable ct_plan_new(CTRecording *recording);
void ct_plan_release(CTPlan *plan);
/// Makes the step that was recorded with this plan again, from the state before it, and compares all bits. What
/// differed, as it goes on after "a replay"; empty if nothing, null if it failed. The text lives until the next call on
/// this thread.
const char *_Nullable ct_plan_verify(CTPlan *plan, CTRecording *recording);
/// Why a step with these arguments must not be replayed; null if it may.
const char *_Nullable ct_plan_obstacle(CTPlan *plan, CTTensor *_Nonnull const *_Nullable inputs, int64_t count);
bool ct_plan_bind(CTPlan *plan, CTTensor *_Nonnull const *_Nullable inputs, int64_t count);
/// The parts of the step between its live parts, one more than those.
int64_t ct_plan_segment_count(CTPlan *plan);
bool ct_plan_run(CTPlan *plan, int64_t segment);
/// Hands out what the step returns: `*out` becomes a list of owned references that `ct_tensor_list_free` frees. Returns
/// their number.
int64_t ct_plan_finish(CTPlan *plan, CTTensor *_Nonnull *_Nullable *_Nonnull out);
/// Ends a replay that failed.
void ct_plan_abandon(CTPlan *plan);
/// The calls, for people. The text lives until the next call on this thread.
const char *ct_plan_description(CTPlan *plan);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
