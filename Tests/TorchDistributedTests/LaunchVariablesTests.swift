import Testing
import TorchDistributed

@Suite("Variables of launchers")
struct LaunchVariablesTests {
    /// What a process gets that is the third of four on two machines.
    private static let launchers: [Launcher: [String: String]] = [
        .torchrun: [
            "RANK": "2", "WORLD_SIZE": "4", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2", "GROUP_RANK": "1",
            "MASTER_ADDR": "node1", "MASTER_PORT": "29500", "TORCHELASTIC_RESTART_COUNT": "1",
            "TORCHELASTIC_MAX_RESTARTS": "3", "TORCHELASTIC_USE_AGENT_STORE": "True",
            "TORCHELASTIC_RUN_ID": "none",
        ],
        .helios: [
            "HELIOS_LAUNCHER": "1234", "RANK": "2", "WORLD_SIZE": "4", "LOCAL_RANK": "2", "LOCAL_WORLD_SIZE": "4",
            "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500",
        ],
        .slurm: [
            "SLURM_PROCID": "2", "SLURM_NTASKS": "4", "SLURM_LOCALID": "0", "SLURM_NODEID": "1",
            "SLURM_JOB_NODELIST": "node[01-02]", "SLURM_TASKS_PER_NODE": "2(x2)", "SLURM_JOB_ID": "123456",
            "SLURM_STEP_ID": "0", "SLURM_LAUNCH_NODE_IPADDR": "10.0.0.9",
        ],
        .kubernetes: [
            "RANK": "2", "WORLD_SIZE": "4", "MASTER_ADDR": "job-master-0", "MASTER_PORT": "23456",
            "PET_NNODES": "4", "PET_NODE_RANK": "2", "PET_MASTER_ADDR": "job-master-0", "PET_MASTER_PORT": "23456",
        ],
    ]

    @Test("are not there in a process that nothing launched")
    func alone() throws {
        #expect(try LaunchVariables.read([:]) == nil)
        #expect(try LaunchVariables.read(["MASTER_ADDR": "node1", "MASTER_PORT": "29500", "RANK": ""]) == nil)
    }

    @Test("say who the process is", arguments: Launcher.allCases)
    func who(_ launcher: Launcher) throws {
        let variables = try #require(try LaunchVariables.read(Self.launchers[launcher] ?? [:]))
        #expect(variables.launcher == launcher)
        #expect(variables.info.rank == 2 && variables.info.size == 4)
        let local = [variables.info.localRank, variables.info.localSize]
        switch launcher {
        case .torchrun, .slurm: #expect(local == [0, 2])
        case .helios: #expect(local == [2, 4])
        case .kubernetes: #expect(local == [0, 1])
        }
    }

    @Test("say where the processes meet")
    func place() throws {
        let torchrun = try #require(try read(.torchrun))
        #expect(torchrun.masterAddress == "node1" && torchrun.masterPort == 29500)
        #expect(torchrun.usesAgentStore && torchrun.restartCount == 1)
        #expect(try read(.torchrun, ["TORCHELASTIC_USE_AGENT_STORE": "False"])?.usesAgentStore == false)
        // Those who call themselves torchrun need not have its own variables.
        let names = ["TORCHELASTIC_USE_AGENT_STORE", "TORCHELASTIC_RESTART_COUNT", "TORCHELASTIC_RUN_ID"]
        let plain = try #require(try read(.torchrun, without: names))
        #expect(!plain.usesAgentStore && plain.restartCount == 0)

        let slurm = try #require(try read(.slurm))
        #expect(slurm.masterAddress == "node01" && (1024...32767).contains(slurm.masterPort))
        #expect(try read(.slurm, ["SLURM_STEP_ID": "1"])?.masterPort != slurm.masterPort)
        #expect(try read(.slurm, ["SLURM_JOB_ID": "123457"])?.masterPort != slurm.masterPort)
        let chosen = try read(.slurm, ["MASTER_ADDR": "node02", "MASTER_PORT": "4000"], without: ["SLURM_JOB_ID"])
        #expect(chosen?.masterAddress == "node02" && chosen?.masterPort == 4000)
        #expect(try read(.slurm, without: ["SLURM_JOB_NODELIST"])?.masterAddress == "10.0.0.9")
    }

    @Test(
        "of SLURM name the first machine",
        arguments: [
            ("node1", "node1"), ("node1,node2", "node1"), ("node[01-04,07]", "node01"), ("node[7],gpu[1-2]", "node7"),
            ("rack[2-3]node[10-12]", "rack2node10"), ("a-b-[003]", "a-b-003"), ("n[1-2]-ib,x", "n1-ib"),
        ])
    func firstMachine(_ list: String, _ name: String) throws {
        #expect(try read(.slurm, ["SLURM_JOB_NODELIST": list])?.masterAddress == name)
    }

    @Test(
        "of SLURM say how many tasks are on the machine",
        arguments: [
            ("2(x2)", "1", 2), ("1,3", "1", 3), ("3,1", "0", 3), ("2(x3),1", "3", 1), ("4", "0", 4),
        ])
    func tasksOnMachine(_ counts: String, _ machine: String, _ count: Int) throws {
        let values = ["SLURM_TASKS_PER_NODE": counts, "SLURM_NODEID": machine]
        #expect(try read(.slurm, values)?.info.localSize == count)
    }

    @Test("of SLURM are those of the step, not of the whole job")
    func step() throws {
        let step = [
            "SLURM_STEP_NUM_TASKS": "3", "SLURM_STEP_TASKS_PER_NODE": "2,1", "SLURM_STEP_NODELIST": "node[05-06]",
        ]
        let variables = try #require(try read(.slurm, step))
        #expect(variables.info.size == 3 && variables.info.localSize == 1 && variables.masterAddress == "node05")
    }

    @Test("of SLURM mean nothing in a batch script, the shell of salloc, and a single task")
    func noTask() throws {
        let first = ["SLURM_PROCID": "0", "SLURM_NODEID": "0"]
        #expect(try read(.slurm, first)?.info.rank == 0)
        #expect(try read(.slurm, first.merging(["ENVIRONMENT": "BATCH"]) { $1 }) != nil)
        let batch = first.merging(["ENVIRONMENT": "BATCH"]) { $1 }
        #expect(try read(.slurm, batch, without: ["SLURM_STEP_ID"]) == nil)
        #expect(try read(.slurm, first.merging(["SLURM_STEP_NUM_TASKS": "1"]) { $1 }) == nil)
        #expect(try read(.slurm, first.merging(["SLURM_NTASKS": "1"]) { $1 }) == nil)
        #expect(try LaunchVariables.read(["SLURM_JOB_ID": "1", "SLURM_NTASKS": "4"]) == nil)
    }

    @Test("of torchrun come before those of the job that it runs in")
    func order() throws {
        let inSlurm = try read(.torchrun, Self.launchers[.slurm] ?? [:])
        #expect(inSlurm?.launcher == .torchrun && inSlurm?.masterAddress == "node1")
        let inPod = try read(.torchrun, ["PET_NNODES": "2", "KUBERNETES_SERVICE_HOST": "10.0.0.1"])
        #expect(inPod?.launcher == .torchrun)
    }

    @Test(
        "are an error that names the one that is missing",
        arguments: [
            (
                Launcher.torchrun,
                ["RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"]
            ),
            (.torchrun, ["TORCHELASTIC_RESTART_COUNT"]),
            (.helios, ["RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"]),
            (.slurm, ["SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", "SLURM_TASKS_PER_NODE", "SLURM_JOB_ID"]),
            (.kubernetes, ["RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"]),
        ])
    func missing(_ launcher: Launcher, _ names: [String]) {
        for name in names {
            expectError(launcher, without: [name], "\(name) is missing")
        }
    }

    @Test(
        "are an error that names the one that cannot be right",
        arguments: [
            (Launcher.torchrun, "RANK", "4", "WORLD_SIZE is 4"), (.torchrun, "RANK", "-1", "'-1'"),
            (.torchrun, "RANK", "two", "'two'"), (.torchrun, "WORLD_SIZE", "0", "'0'"),
            (.torchrun, "LOCAL_RANK", "2", "LOCAL_WORLD_SIZE is 2"),
            (.torchrun, "LOCAL_WORLD_SIZE", "5", "WORLD_SIZE is 4"),
            (.torchrun, "LOCAL_WORLD_SIZE", "3", "RANK 2 of WORLD_SIZE 4"), (.torchrun, "MASTER_PORT", "0", "'0'"),
            (.torchrun, "MASTER_PORT", "65536", "'65536'"), (.torchrun, "TORCHELASTIC_USE_AGENT_STORE", "yes", "'yes'"),
            (.torchrun, "TORCHELASTIC_RESTART_COUNT", "4", "TORCHELASTIC_MAX_RESTARTS is 3"),
            (.helios, "LOCAL_RANK", "3", "RANK 2 of WORLD_SIZE 4"), (.helios, "HELIOS_LAUNCHER", "me", "'me'"),
            (.slurm, "SLURM_PROCID", "4", "SLURM_NTASKS is 4"),
            (.slurm, "SLURM_LOCALID", "2", "SLURM_TASKS_PER_NODE is 2"),
            (.slurm, "SLURM_TASKS_PER_NODE", "2(x", "'2(x'"), (.slurm, "SLURM_STEP_TASKS_PER_NODE", "2", "4 tasks"),
            (.slurm, "SLURM_JOB_NODELIST", "node[", "'node['"), (.slurm, "WORLD_SIZE", "8", "SLURM_NTASKS is 4"),
            (.slurm, "SLURM_NODEID", "2", "from 0 to 1"), (.slurm, "MASTER_PORT", "none", "'none'"),
            (.kubernetes, "RANK", "4", "WORLD_SIZE is 4"), (.kubernetes, "WORLD_SIZE", "8", "PET_NNODES is 4"),
            (.kubernetes, "RANK", "1", "PET_NODE_RANK is 2"),
        ])
    func wrong(_ launcher: Launcher, _ name: String, _ value: String, _ reason: String) {
        var values = [name: value]
        // It is only needed where the machines have different numbers of tasks.
        if name == "SLURM_NODEID" { values["SLURM_TASKS_PER_NODE"] = "1,3" }
        expectError(launcher, values, name, reason)
    }

    @Test("are an error if torchrun is missing, where the job needs it")
    func torchrunIsMissing() {
        expectError(
            .kubernetes, ["PET_NPROC_PER_NODE": "8"], "LOCAL_RANK is missing", "PET_NPROC_PER_NODE is 8", "torchrun")
        for values in [["WORLD_SIZE": "2"], ["PET_RDZV_ENDPOINT": "job-0:1"]] {
            #expect { try LaunchVariables.read(values) } throws: { "\($0)".contains("RANK is missing") }
        }
    }

    private func read(
        _ launcher: Launcher, _ values: [String: String] = [:], without names: [String] = []
    ) throws -> LaunchVariables? {
        let all = (Self.launchers[launcher] ?? [:]).merging(values) { $1 }
        return try LaunchVariables.read(all.filter { !names.contains($0.key) })
    }

    private func expectError(
        _ launcher: Launcher, _ values: [String: String] = [:], without names: [String] = [], _ words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(sourceLocation: sourceLocation) {
            try read(launcher, values, without: names)
        } throws: { error in
            let advice = [" should be ", "Start the program with torchrun"]
            return error is DistributedError && words.allSatisfy { "\(error)".contains($0) }
                && advice.contains { "\(error)".contains($0) }
        }
    }
}
