import Torch

// Checkpoints of Python Helios hold a few objects of its own classes. They are read as the data that is in them:
// - `helios.trainer.TrainingState`, from 1.1 on, as the dictionary that 1.0 wrote in its place: `current_iteration`,
//   `global_iteration`, `global_epoch`, `validation_cycles`, `dataset_iter`, `early_stop_count`, `average_iter_time` and
//   `running_iter`.
// - The enumerations whose members are the keys of the checkpoint and of the model's state, from 2.0 on, as the strings
//   that they are in Python too: `version`, `training_state`, `model`, `rng`, `loggers`, `datamodule`; `user`,
//   `amp_scaler`.
// - Paths as strings: `log_path` and `run_path` of 1.x, those in `loggers` of 2.x.

extension PickleReader {
    /// A member of an enumeration of strings: `_CheckpointKeys("version")`.
    func heliosKey(_ global: PickleGlobal, _ arguments: [Reference]) throws -> PickleGraph.Node {
        guard arguments.count == 1, case .string = graph.nodes[arguments[0]] else { throw misuse(of: global) }
        return graph.nodes[arguments[0]]
    }
}

extension PickleGlobal {
    /// Whether it is the class of Python Helios that holds a training's counters.
    var isHeliosState: Bool {
        module == "helios.trainer" && name == "TrainingState"
    }

    /// Whether it is a class of Python Helios whose members are a checkpoint's keys.
    var isHeliosKey: Bool {
        module == "helios.trainer" && name == "_CheckpointKeys"
            || module == "helios.model.model" && name == "_InternalStateKeys"
    }
}
