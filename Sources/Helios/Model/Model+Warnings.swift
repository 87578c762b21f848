// What a model warns of: what it cannot move, save or find.
extension Model {
    /// Warns once that batches stay on another device than the model.
    func warnOfUnmovedBatch() {
        guard unwrittenHooks.insert(.batchToDevice).inserted else { return }
        trainer?.warn(
            "batches of \(Batch.self) stay on the CPU, and the model is on \(device): let \(Batch.self) conform to "
                + "DeviceTransferable, or override batchToDevice(_:phase:)")
    }

    /// Warns once about each property that holds tensors which are not in the state that was just taken.
    func warnAboutUnsavedTensors(in state: StateDict) {
        for name in unsavedTensors where state[name] == nil && warnedTensors.insert(name).inserted {
            trainer?.warn(
                "the property '\(name)' of \(type(of: self)) holds a tensor that is not in the checkpoint: mark it @Saved, "
                    + "or @Unsaved if the training does not depend on it")
        }
        unsavedTensors = []
        let properties = StatefulProperties(of: self)
        warnAboutUnfoundObjects(of: properties)
        for name in properties.namesOfObjects(since: setupTensors)
        where warnedTensors.insert(name).inserted {
            trainer?.warn(
                "the property '\(name)' of \(type(of: self)) was made after setup(fastInit:), and a run that resumes from this "
                    + "checkpoint has nothing there to restore: make it in setup(fastInit:)")
        }
    }

    /// Warns once about each property that holds networks or the like in a place in which they are not looked for.
    func warnAboutUnfoundObjects(of properties: StatefulProperties) {
        for (name, place) in properties.unfoundObjects where warnedTensors.insert("\(name) in a place").inserted {
            trainer?.warn(
                "the property '\(name)' of \(type(of: self)) holds something with a state in a \(place), where it is neither "
                    + "found nor saved: put it into an array, a dictionary, or a property of its own, or mark the property "
                    + "@Unsaved")
        }
    }
}
