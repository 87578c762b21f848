import Helios
import SimulatedAccelerator
import TestSupport
import Testing

@Suite("A device that the program registered") struct DeviceTests {
    @Test("without a registration its name is unknown, and its place empty")
    func notRegistered() throws {
        for name in ["sim", "sim:0", "privateuseone"] {
            let error = #expect(throws: TorchError.self) { try Device(name) }
            #expect(error?.message.contains("'\(name)'") == true)
        }
    }

    @Test("it has the name of its backend, and tensors lie on it")
    func names() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Device("sim")
                #expect(device.kind == .registered && device.index == nil && "\(device)" == "sim")
                #expect(try Device("sim:1").index == 1)
                #expect(device.isAvailable)
                #expect(try Device("sim:1").isAvailable)
                try device.ensureAvailable()
                #expect(Device.auto == .cpu)

                let x = try Tensor([1, 2, 3.0], device: device)
                #expect("\(x.device)" == "sim:0" && sim_allocated_bytes(0) > 0)
                #expect(try x.to(device).isSame(as: x))
                #expect(try (x * 2).sum().item(Double.self) == 12)
                #expect(try x.array(Double.self) == [1, 2, 3])
                #expect("\(x)".contains("device='sim:0'"))
                let y = try x.to(Device("sim:1"))
                #expect("\(y.device)" == "sim:1" && sim_allocated_bytes(1) > 0)
                #expect(try y.to(.cpu).equal(x.to(.cpu)))
            }
        }
    }

    @Test("a device that is not there is an error that says how many there are")
    func missing() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Device("sim:2")
                #expect(!device.isAvailable)
                for use in [device.ensureAvailable, { _ = try Tensor.zeros(2, device: device) }] {
                    let error = #expect(throws: TorchError.self) { try use() }
                    #expect(error?.message.contains("there is no device sim:2: 2 sim devices found") == true)
                }
                let error = #expect(throws: TorchError.self) { try Device("gpu") }
                #expect(error?.message.contains("sim") == true)
            }
        }
    }

    @Test("a tensor that was left on the CPU, or on another device, is an error")
    func mixedDevices() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                let x = try Tensor.ones([2, 3], device: device)
                let stray = try Tensor.ones([2, 3])
                let calls: [() throws -> Tensor] = [
                    { try x + stray }, { try stray + x }, { try x.add_(stray) }, { try stray.add_(x) },
                    { try x.matmul(stray.t()) }, { try Tensor.cat([x, stray]) }, { try Linear(3, 2)(x) },
                    { try Conv2d(1, 1, kernelSize: 1)(x.reshape([1, 1, 2, 3])) }, { try mseLoss(x, stray) },
                    { try BatchNorm1d(3)(x) }, { try x + x.to(Device("sim:1")) },
                ]
                for (number, call) in calls.enumerated() {
                    let error = #expect(throws: TorchError.self, "call \(number)") { try call() }
                    #expect(
                        error?.message.contains("same device") == true, "call \(number): \("\(error, default: "")")")
                }
                // As on CUDA, one number may be on the CPU.
                #expect(try (x * Tensor(2.0)).sum().item(Double.self) == 12)
            }
        }
    }

    @Test("its generators are seeded, and their states saved, apart from the CPU's")
    func generators() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                try manualSeed(7)
                let standard = try Generator.standard(for: device)
                #expect(try standard.initialSeed() == 7)
                let state = try standard.state()
                let first = try Tensor.randn([5], device: device)
                #expect(try !Tensor.randn([5], device: device).equal(first))
                try standard.setState(state)
                #expect(try Tensor.randn([5], device: device).equal(first))
                try manualSeed(7)
                #expect(try Tensor.randn([5], device: device).equal(first))

                let own = try Generator(seed: 11, device: device)
                let drawn = try Tensor.rand([4], generator: own, device: device)
                try own.seed(11)
                #expect(try Tensor.rand([4], generator: own, device: device).equal(drawn))
                #expect(throws: TorchError.self) {
                    try Tensor.rand([4], generator: Generator(seed: 11), device: device)
                }
                #expect(throws: TorchError.self) { try Tensor.rand([4], generator: own) }
            }
        }
    }

    @Test("autocast lowers the precision of its operations, and leaves the CPU's alone")
    func autocasts() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                let x = try Tensor.ones([2, 2], device: device)
                let dtypes = try autocast(device, .float16) {
                    try [x.matmul(x), x.matmul(x).sum(), x.to(.cpu).matmul(x.to(.cpu))].map(\.dtype)
                }
                #expect(dtypes == [.float16, .float32, .float32])
                #expect(try x.matmul(x).dtype == .float32)
            }
        }
    }

    @Test("gradients are computed on it, also again from a checkpoint of activations")
    func gradients() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                Simulation.expectSame("activation checkpoint", make: { _ in }) { _, device in
                    let generator = try Generator(seed: 2)
                    let x = try Tensor.randn([4, 3], generator: generator).to(device).requiresGrad_()
                    let w = try Tensor.randn([3, 3], generator: generator).to(device).requiresGrad_()
                    let y = try checkpoint(x) { try dropout($0.matmul(w), p: 0.5) }
                    try y.pow(2).sum().backward()
                    return [("y", y), ("x", try #require(x.grad)), ("w", try #require(w.grad))]
                }
            }
        }
    }

    @Test("a file keeps no device: what was saved from it is read on the CPU")
    func files() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                let x = try Tensor.randn([3, 4], device: device).t()
                try withTemporaryFolder { folder in
                    let file = folder.appending(path: "x.pth")
                    try TorchFile.save(["x": .tensor(x)], to: file)
                    let read = try TorchFile.loadDictionary(file).tensor("x")
                    #expect(read.device == .cpu)
                    #expect(try read.equal(x.to(.cpu)))
                    let other = folder.appending(path: "x.safetensors")
                    try SafetensorsFile.save(["x": .tensor(x)], to: other)
                    #expect(try SafetensorsFile.load(other).tensor("x").equal(x.to(.cpu)))
                }
            }
        }
    }
}
