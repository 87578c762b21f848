// What one run of a step computed: every operation below autograd, in order, and the tensors that went through them.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <c10/core/Storage.h>

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ctorch::capture {

using WeakTensor = c10::weak_intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;
using WeakStorage = c10::weak_intrusive_ptr<c10::StorageImpl>;

/// Where a tensor lies: tensors with the same place are one value, whichever objects they are.
struct Value {
  int storage = -1;
  int64_t offset = 0;
  std::vector<int64_t> sizes;
  std::vector<int64_t> strides;
  c10::ScalarType type = c10::ScalarType::Float;

  auto key() const { return std::tie(storage, offset, sizes, strides, type); }
  bool operator<(const Value &other) const { return key() < other.key(); }
  bool operator==(const Value &other) const { return key() == other.key(); }
};

/// Where the memory of a value comes from.
enum class Origin {
  /// An argument of the step.
  input,
  /// The gradient that a leaf had when the step began.
  gradient,
  /// The program: parameters, buffers, whatever it keeps.
  outside,
  /// An operation of the step.
  made,
  /// Memory that the program filled itself during the step, such as the elements of a literal.
  constant,
  /// A live part of the step, such as an optimizer.
  live,
};

struct StorageEntry {
  Origin origin = Origin::outside;
  /// The input, the leaf, or the operation.
  int position = -1;
  /// A strong reference to the memory of a result would change what autograd does, and keep all of it.
  WeakStorage weak{c10::intrusive_ptr<c10::StorageImpl>()};
  /// Set for what comes from outside.
  c10::Storage strong;
  /// Whether an operation has written into it. Otherwise what is read was written behind the dispatcher's back.
  bool isFilled = true;
  bool isWritten = false;
  int64_t byteCount = 0;
  /// The bytes of a constant.
  std::string contents;
};

struct Argument {
  enum class Kind { constant, tensor, tensors, optionalTensors };
  Kind kind = Kind::constant;
  /// Anything but a tensor, and a tensor that stands for a number.
  c10::IValue constant;
  /// -1 for no tensor.
  std::vector<int> values;
};

struct Operation {
  c10::OperatorHandle handle;
  bool isRecordingGradients = false;
  /// Whether it only looks at memory that was there, and writes nothing.
  bool isView = false;
  std::vector<Argument> arguments;
  std::vector<Argument> results;

  explicit Operation(const c10::OperatorHandle &handle) : handle(handle) {}

  std::string name() const { return c10::toString(handle.operator_name()); }
};

/// The gradient of a leaf at one moment.
struct GradientState {
  enum class Kind { untouched, none, value };
  Kind kind = Kind::untouched;
  int value = -1;

  bool operator==(const GradientState &other) const { return kind == other.kind && value == other.value; }
};

/// A tensor that gets a gradient.
struct Leaf {
  WeakTensor tensor;
  const void *identity = nullptr;
  /// The gradient when the step began; null if there was none.
  WeakStorage entryStorage{c10::intrusive_ptr<c10::StorageImpl>()};
  bool hadGradient = false;
  Value entry;
  /// The value of that gradient if the step has used its memory, otherwise -1.
  int entryValue = -1;
  /// At the start of each live part, and at the end.
  std::vector<GradientState> states;

  explicit Leaf(const at::Tensor &tensor) : tensor(tensor.getIntrusivePtr()), identity(tensor.unsafeGetTensorImpl()) {}
};

/// A part of the step that is not recorded but run again.
struct LivePart {
  size_t firstOperation = 0;
  const void *owner = nullptr;
};

/// A tensor of the program's with the value that it had.
struct Holder {
  WeakTensor tensor;
  int value = -1;
  /// At the end of the step, which is how the next one finds it.
  bool requiresGradient = false;
};

/// What decides how operations compute, besides their arguments.
struct Modes {
  bool gradients = false;
  bool inference = false;
  bool autocast = false;
  c10::ScalarType autocastType = c10::ScalarType::Undefined;
  bool deterministic = false;
  bool usesOneDNN = false;
  int threads = 0;

  static Modes current();
  bool operator==(const Modes &other) const = default;
};

/// Hears of the moments of a recorded run; see `Verification`.
struct Observer {
  virtual ~Observer() = default;
  virtual void liveBegins() = 0;
  virtual void liveEnds() = 0;
  virtual void ends(const std::vector<at::Tensor> &outputs) = 0;
};

class Recording {
 public:
  Recording(const std::vector<at::Tensor> &inputs, void *context);
  ~Recording();
  Recording(const Recording &) = delete;
  Recording &operator=(const Recording &) = delete;

  /// The recording of this thread; null if there is none.
  static Recording *current();

  /// Begins on this thread.
  void begin();
  /// Ends, on the same thread, with what the step returns.
  void end(const std::vector<at::Tensor> &outputs);
  /// Ends without a result.
  void abandon();
  /// Finds out what became of each memory, once the step's own tensors are gone.
  void analyze();

  /// From here on the step is not recorded.
  void refuse(std::string reason);
  void beginLive(const void *owner);
  void endLive();
  /// Called for each operation.
  void call(const c10::OperatorHandle &handle, c10::DispatchKeySet below, torch::jit::Stack *stack);
  /// Notices a leaf before something changes its gradient.
  void noteLeaf(const at::Tensor &tensor);

  bool isLive() const { return liveDepth_ > 0; }
  void *context() const { return context_; }
  const std::string &refusal() const { return refusal_; }

  std::vector<Operation> operations;
  std::vector<Value> values;
  std::vector<StorageEntry> storages;
  std::vector<int> inputs;
  std::vector<int> outputs;
  std::vector<Leaf> leaves;
  std::vector<LivePart> liveParts;
  std::vector<Holder> holders;
  /// The program's tensors that operations have written into.
  std::vector<WeakTensor> written;
  Modes modes;
  std::unique_ptr<Observer> observer;

 private:
  enum class Access { reads, writes, makes };

  Argument argument(const c10::IValue &value, Access access);
  int value(const at::Tensor &tensor, Access access);
  int storage(const at::Tensor &tensor, Access access);
  int indexOf(const Value &value, bool &isNew);
  void callLive(const c10::OperatorHandle &handle, c10::DispatchKeySet below, torch::jit::Stack *stack);
  void checkLive(const c10::OperatorHandle &handle, const at::Tensor &tensor);
  void noteGradients();
  void forgetLostLeaves();
  bool isGradientNow(int storage) const;
  void stop();

  void *context_;
  std::string refusal_;
  std::map<Value, int> valueIndex_;
  std::unordered_map<const void *, int> storageIndex_;
  std::unordered_map<const void *, int> leafIndex_;
  std::unordered_set<const void *> writtenTensors_;
  const c10::OperatorHandle *operation_ = nullptr;
  int liveDepth_ = 0;
  bool isCurrent_ = false;
};

/// Says what the second of two runs did differently; empty if nothing.
std::string difference(const Recording &first, const Recording &second);

/// The recording of this thread will not do, for a reason that completes "the step …".
void refuseCurrent(const char *reason);
/// The gradient of a tensor is about to change by other means than a backward pass.
void noteGradientChange(const at::Tensor &tensor);

/// The place of a tensor in its storage.
Value placeOf(const at::Tensor &tensor, int storage);
/// How many bytes of its storage a value needs, from the storage's start.
int64_t bytesUpTo(const Value &value);
std::string describe(const Value &value);

}  // namespace ctorch::capture
