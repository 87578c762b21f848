import Foundation
import Helios
import HeliosTensorBoard
import TestSupport
import Testing

/// The page of a report in a browser.
@Suite(.serialized, .needsBrowser)
struct ReportPageTests {
    /// The document after its scripts have run. An error of one is an issue.
    private func document(_ page: URL, in folder: URL) throws -> String {
        let profile = folder.appending(path: "profile").path
        let browser = try RunningProgram(
            URL(filePath: "/usr/bin/env"),
            [
                try #require(Browser.name), "--headless=new", "--no-sandbox", "--disable-gpu",
                "--user-data-dir=\(profile)", "--run-all-compositor-stages-before-draw", "--virtual-time-budget=20000",
                "--window-size=1200,3000",
                "--enable-logging=stderr", "--dump-dom", page.absoluteString,
            ]
        ).wait()
        #expect(browser.status == 0)
        let complaints = browser.errors.split(separator: "\n").filter { $0.contains("CONSOLE") }
        #expect(complaints.isEmpty, "the script reports no error")
        return browser.output
    }

    @Test("a browser shows the page, and runs nothing of the names in it")
    func hostileNames() throws {
        try withTemporaryFolder { folder in
            let body = try document(RunFiles.hostilePage(in: folder), in: folder)
            #expect(body.contains("class=\"curve\""), "a curve is drawn")
            #expect(body.contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;"))
            #expect(body.components(separatedBy: "<script").count == 3)
            #expect(body.contains("taken for"))
            #expect(body.contains("2 curves"))
        }
    }

    /// What a user does, in turn, and what the page shows then.
    private static let script = """
        // Curves are drawn when they are seen, with the first frame, which a busy machine draws late.
        const waiting = setInterval(() => {
            if (!document.querySelector('path.curve')) return;
            clearInterval(waiting);
            const found = {};
            const svg = document.querySelector('svg.plot');
            const card = svg.closest('.card');
            const reset = [...card.querySelectorAll('button')].find((button) => button.textContent === 'Show all');
            const button = (text) => [...document.querySelectorAll('#settings button')].find((one) => one.textContent === text);
            const labels = () => [...svg.querySelectorAll('text')].map((text) => text.textContent).join(' ');
            const curves = () => svg.querySelectorAll('path.curve:not(.raw)').length;
            const box = svg.getBoundingClientRect();
            const send = (kind, x, y) => svg.dispatchEvent(new PointerEvent(kind, {
                bubbles: true, pointerType: 'mouse', clientX: box.left + x * box.width, clientY: box.top + y * box.height }));
            const press = (key) => svg.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
            svg.setPointerCapture = () => {};
            found.curves = curves();
            found.labels = labels();
            send('pointermove', 0.5, 0.5);
            found.hover = document.getElementById('tooltip').innerText.replace(/\\s+/g, ' ');
            send('pointerdown', 0.25, 0.5);
            send('pointermove', 0.75, 0.5);
            found.selected = svg.querySelectorAll('.selection').length;
            send('pointerup', 0.75, 0.5);
            found.zoomed = labels();
            found.resetIsShown = !reset.hidden;
            press('Escape');
            found.unzoomed = labels() === found.labels && reset.hidden;
            press('+');
            found.zoomedByKey = labels() !== found.labels;
            reset.click();
            press('ArrowRight');
            found.announced = document.getElementById('announcement').textContent !== '';
            button('Log').click();
            found.logarithmic = labels();
            button('Linear').click();
            button('Time').click();
            found.times = labels();
            button('Step').click();
            const slider = document.querySelector('#settings input[type=range]');
            slider.value = 0.5;
            slider.dispatchEvent(new Event('input'));
            requestAnimationFrame(() => requestAnimationFrame(() => {
                found.smoothed = svg.querySelectorAll('path.raw').length;
                document.querySelector('#runs input').click();
                found.curvesOfOneRun = curves();
                const filter = document.querySelector('input[type=search]');
                filter.value = 'nothing';
                filter.dispatchEvent(new Event('input'));
                found.cardIsHidden = card.hidden;
                const before = getComputedStyle(document.body).backgroundColor;
                document.getElementById('theme').click();
                found.themeChanges = getComputedStyle(document.body).backgroundColor !== before;
                found.images = [...document.querySelectorAll('.card img')].map((image) => image.naturalWidth);
                document.title = 'found:' + JSON.stringify(found) + ':end';
            }));
        }, 100);
        """

    private struct Found: Decodable {
        let curves: Int, selected: Int, smoothed: Int, curvesOfOneRun: Int
        let labels: String, hover: String, zoomed: String, logarithmic: String, times: String
        let resetIsShown: Bool, unzoomed: Bool, zoomedByKey: Bool, announced: Bool, cardIsHidden: Bool,
            themeChanges: Bool
        let images: [Int]
    }

    @Test("values under the pointer, zoom, the axes, smoothing, runs, names, colors and images work")
    func interactions() throws {
        try withTemporaryFolder { folder in
            for (run, factor) in [("one", 1.0), ("two", 10)] {
                let logs = folder.appending(path: "\(run)/logs")
                try RunFiles.write(
                    (0...100).map { RunFiles.number("\(factor * Double(200 - $0) / 100)", step: $0 * 10) },
                    to: logs.appending(path: "digits.jsonl"))
                let logger = TensorBoardLogger()
                try logger.open(
                    LoggedRun(name: "digits", folder: logs, start: .new, environment: EnvironmentDescription([:])) {
                        _ in
                    })
                let image = try LoggedImage(pixels: [0, 255, 0], width: 3, height: 1, channels: 1)
                try logger.write([LogRecord(name: "samples", step: 2, time: 1, value: .images([image]))])
                try logger.close()
            }
            let page = folder.appending(path: "page.html")
            let paths = ["one", "two"].map { folder.appending(path: $0).path }
            #expect(try Program.run(["report"] + paths + ["-o", page.path]).status == 0)
            var html = try String(contentsOf: page, encoding: .utf8)
            let nonce = try #require(html.firstMatch(of: /<script nonce="(\w+)">/)?.1)
            html = html.replacing(
                "</body>", with: "<script nonce=\"\(nonce)\">\(ReportPageTests.script)</script></body>")
            try Data(html.utf8).write(to: page)
            let body = try document(page, in: folder)
            let json = try #require(body.firstMatch(of: /<title>found:(.*):end<\/title>/)?.1)
            let found = try JSONDecoder().decode(
                Found.self, from: Data(json.replacing("&amp;", with: "&").utf8))
            #expect(found.curves == 2)
            #expect(found.labels.hasSuffix("0 200 400 600 800 1000"))
            // The middle of the picture is near the middle of the axis, and the nearest point has a step that is
            // logged.
            let hover = try #require(found.hover.firstMatch(of: /two ([\d.]+) step (\d+) one ([\d.]+) step/))
            let step = try #require(Double(hover.2))
            #expect((450...600).contains(step) && Double(hover.1) == (200 - step / 10) / 10)
            #expect(Double(hover.3) == (200 - step / 10) / 100)
            #expect(found.selected == 1 && found.resetIsShown && found.unzoomed && found.zoomedByKey)
            #expect(!found.zoomed.contains("1000") && found.zoomed != found.labels)
            #expect(found.announced)
            #expect(found.logarithmic.hasPrefix("1 2 5 10 20"))
            #expect(found.times.contains("min"))
            #expect(found.smoothed == 2 && found.curvesOfOneRun == 1 && found.cardIsHidden && found.themeChanges)
            #expect(found.images == [3])
        }
    }
}
