/// Which options a resumed run uses if the program gives its optimizers, schedulers or gradient scaler other options than the
/// checkpoint has.
public enum ResumePolicy: String, Sendable, Hashable, CaseIterable {
    /// The checkpoint's. A warning names each option with both values.
    case keep
    /// The program's. What the optimizers remember of the parameters (moments, steps) is the checkpoint's all the same.
    ///
    /// The learning rates are those that the program's schedulers give at the step where training resumes: as if they had
    /// been there from the start. A `ReduceLROnPlateau` cannot know what it would have done: its reductions stay.
    case override
}
