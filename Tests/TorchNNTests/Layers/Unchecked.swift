/// Carries what is not made for several threads into a test, which uses it on one.
struct Unchecked<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
