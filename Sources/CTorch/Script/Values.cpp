// Values of TorchScript: numbers, texts, tensors, and collections of them.

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/ivalue_inl.h>
#include <ATen/core/jit_type.h>

#include <string>

#include "../Guard.h"
#include "Handles.h"

using namespace ctorch;
using c10::IValue;

namespace {

template <typename Body>
CTValue *made(const char *operation, Body &&body) noexcept {
  return guarded(operation, {}, static_cast<CTValue *>(nullptr), [&] { return ownedValue(body()); });
}

/// The type of a collection's elements: a tensor's without its shape.
c10::TypePtr elementType(const IValue &value) {
  return value.isTensor() ? c10::TypePtr(c10::TensorType::get()) : value.type();
}

c10::TypePtr commonType(CTValue *const *elements, int64_t count, int64_t start, int64_t step) {
  if (count == 0) return c10::TensorType::get();
  const auto type = elementType(elements[start]->value);
  for (int64_t i = 1; i < count; ++i) {
    const auto other = elementType(elements[start + i * step]->value);
    TORCH_CHECK(
        *other == *type, "the elements must be of one type, but there are ", type->repr_str(), " and ",
        other->repr_str());
  }
  return type;
}

}  // namespace

void ct_value_release(CTValue *value) { delete value; }

CTValueKind ct_value_kind(CTValue *handle) {
  const IValue &value = handle->value;
  if (value.isNone()) return CTValueKindNone;
  if (value.isTensor()) return CTValueKindTensor;
  if (value.isInt()) return CTValueKindInteger;
  if (value.isDouble()) return CTValueKindReal;
  if (value.isBool()) return CTValueKindBoolean;
  if (value.isString()) return CTValueKindString;
  if (value.isList()) return CTValueKindList;
  if (value.isTuple()) return CTValueKindTuple;
  if (value.isGenericDict()) return CTValueKindDictionary;
  return CTValueKindOther;
}

const char *ct_value_type(CTValue *value) {
  static thread_local std::string text;
  return guarded("type", {}, static_cast<const char *>("?"), [&] {
    text = value->value.type()->repr_str();
    return text.c_str();
  });
}

CTValue *ct_value_none(void) {
  return made("value", [] { return IValue(); });
}
CTValue *ct_value_of_tensor(CTTensor *tensor) {
  return made("value", [&] { return IValue(*borrow(tensor)); });
}
CTValue *ct_value_of_integer(int64_t value) {
  return made("value", [&] { return IValue(value); });
}
CTValue *ct_value_of_real(double value) {
  return made("value", [&] { return IValue(value); });
}
CTValue *ct_value_of_boolean(bool value) {
  return made("value", [&] { return IValue(value); });
}
CTValue *ct_value_of_string(const char *text) {
  return made("value", [&] { return IValue(std::string(text)); });
}

CTValue *ct_value_of_list(CTValue *const *elements, int64_t count) {
  return made("list", [&] {
    c10::impl::GenericList list(commonType(elements, count, 0, 1));
    for (int64_t i = 0; i < count; ++i) list.push_back(elements[i]->value);
    return IValue(std::move(list));
  });
}

CTValue *ct_value_of_tuple(CTValue *const *elements, int64_t count) {
  return made("tuple", [&] {
    std::vector<IValue> list;
    for (int64_t i = 0; i < count; ++i) list.push_back(elements[i]->value);
    return IValue(c10::ivalue::Tuple::create(std::move(list)));
  });
}

CTValue *ct_value_of_dictionary(CTValue *const *elements, int64_t count) {
  return made("dictionary", [&] {
    const c10::TypePtr keys = count == 0 ? c10::TypePtr(c10::StringType::get()) : commonType(elements, count, 0, 2);
    c10::impl::GenericDict dictionary(keys, commonType(elements, count, 1, 2));
    for (int64_t i = 0; i < count; ++i) dictionary.insert(elements[2 * i]->value, elements[2 * i + 1]->value);
    return IValue(std::move(dictionary));
  });
}

CTTensor *ct_value_tensor(CTValue *value) {
  return guardedTensor("value", {}, [&] { return value->value.toTensor(); });
}
bool ct_value_integer(CTValue *value, int64_t *out) {
  return guardedCall("value", {}, [&] { *out = value->value.toInt(); });
}
bool ct_value_real(CTValue *value, double *out) {
  return guardedCall("value", {}, [&] { *out = value->value.toDouble(); });
}
bool ct_value_boolean(CTValue *value, bool *out) {
  return guardedCall("value", {}, [&] { *out = value->value.toBool(); });
}
const char *ct_value_string(CTValue *value) {
  return guarded("value", {}, static_cast<const char *>(nullptr), [&] { return value->value.toStringRef().c_str(); });
}

int64_t ct_value_count(CTValue *handle) {
  const IValue &value = handle->value;
  if (value.isList()) return static_cast<int64_t>(value.toListRef().size());
  if (value.isTuple()) return static_cast<int64_t>(value.toTupleRef().elements().size());
  if (value.isGenericDict()) return static_cast<int64_t>(value.toGenericDict().size());
  return -1;
}

CTValue *ct_value_element(CTValue *handle, int64_t index) {
  return made("element", [&]() -> IValue {
    const IValue &value = handle->value;
    TORCH_CHECK_INDEX(index >= 0 && index < ct_value_count(handle), "there is no element ", index);
    const auto position = static_cast<size_t>(index);
    if (value.isList()) return value.toListRef()[position];
    if (value.isTuple()) return value.toTupleRef().elements()[position];
    auto entry = value.toGenericDict().begin();
    for (int64_t i = 0; i < index; ++i) ++entry;
    return entry->value();
  });
}

CTValue *ct_value_key(CTValue *handle, int64_t index) {
  return made("key", [&]() -> IValue {
    const auto dictionary = handle->value.toGenericDict();
    TORCH_CHECK_INDEX(index >= 0 && index < ct_value_count(handle), "there is no key ", index);
    auto entry = dictionary.begin();
    for (int64_t i = 0; i < index; ++i) ++entry;
    return entry->key();
  });
}
