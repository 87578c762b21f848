import Helios
import Testing

@testable import HeliosConfiguration

/// References to other keys and to the environment.
@Suite struct InterpolationTests {
    @Test("a key is whatever the other is, in any spelling, also a default")
    func keys() throws {
        let settings = try Settings.read(
            "width: ${trainer.epochs}\nlimit: ${loader.batch_size}\nextra: [\"${inner}\", \"${others.0.count}\"]\n"
                + "others: [{count: 8}]\ntitle: run-${width}-${optimizer.learningRate}")
        #expect(settings.width == 20 && settings.limit == 32 && settings.title == "run-20-0.001")
        #expect(settings.extra == [["count": 3, "names": []], 8])
    }

    @Test("a reference through a reference")
    func chain() throws {
        let settings = try Settings.read("extra: ${inner}\nwidth: ${extra.count}\nlimit: ${width}")
        #expect(settings.width == 3 && settings.limit == 3)
    }

    @Test("a variable of the environment is read as if it stood there, and may have a default")
    func environment() throws {
        let settings = try Settings.read(
            "width: ${env:WIDTH}\ndropout: ${env:DROP:0.25}\ntitle: in ${env:HOME}", "limit=${env:WIDTH}",
            environment: ["WIDTH": "12", "HOME": "/home/${x}"])
        #expect(settings.width == 12 && settings.dropout == 0.25 && settings.limit == 12)
        #expect(settings.title == "in /home/${x}")
    }

    @Test("where a text is wanted, a variable is one whatever is in it")
    func digits() throws {
        let environment = ["JOB": "0042", "EMPTY": "", "FLAG": "true"]
        #expect(try Settings.read("title: ${env:JOB}", environment: environment).title == "0042")
        #expect(try Settings.read("title: job-${env:JOB}${env:EMPTY}", environment: environment).title == "job-0042")
        #expect(try Settings.read("title: ${env:EMPTY}", environment: environment).title == "")
        #expect(try Settings.read("title: ${extra}\nextra: ${env:FLAG}", environment: environment).title == "true")
    }

    @Test("two dollars stand for the characters themselves")
    func escape() throws {
        #expect(try Settings.read("title: a $${b} $c").title == "a ${b} $c")
    }
}
