import Figures
import Foundation
import Pipeline

/// Sweeps and sensitivities.
extension ParticleCyclingFigures {
  private var headlines: [CyclingHeadline] { CyclingHeadline.all(capacity: specificCapacity) }

  /// The answers and what else is told of an item.
  private var shown: [Int] { headlines.indices.filter { headlines[$0].isAnswer } }

  func sweep(_ sweep: CyclingSweep, number: Int) -> Figure {
    let numbers = sweep.numbers
    let x = numbers?.values ?? sweep.texts.indices.map { Double($0 + 1) }
    let axis = Axis(numbers == nil ? "number of the value" : sweep.words, unit: numbers?.unit ?? "")
    let order = x.indices.sorted { x[$0] < x[$1] }
    var panels = shown.map { index in
      let headline = headlines[index], values = sweep.values(of: index)
      let curve = Curve(
        name: headline.label, x: order.map { x[$0] }, y: order.map { values[$0] * headline.factor }, colourIndex: 0)
      return Panel(
        title: Self.short(headline), x: axis, y: Axis(headline.axis, unit: headline.unit),
        marks: [.line(curve), .points(Curve(name: "", x: curve.x, y: curve.y[0], colourIndex: 0))])
    }
    let curves = zip(sweep.texts, sweep.outcomes).compactMap { text, result -> Mark? in
      guard let course = (try? result.get())?.course, course.voltage.contains(where: \.isFinite) else { return nil }
      let kept = Self.thinned(course.time.count), start = course.mean.first ?? 0
      return .line(
        Curve(
          name: text, x: kept.map { (start - course.mean[$0]) * specificCapacity / 3600 },
          y: kept.map { course.voltage[$0] }))
    }
    if !curves.isEmpty {
      panels.append(
        Panel(
          title: "Voltage", x: Axis("capacity taken out", unit: "mAh/g"), y: Axis("voltage", unit: "V"), marks: curves))
    }
    return Figure(
      identifier: "cycling-sweep-\(number)", title: "Sweep of \(sweep.words)",
      caption: "All other parameters as in the experiment file. Values: \(sweep.texts.joined(separator: "; ")).",
      panels: panels)
  }

  private static func short(_ headline: CyclingHeadline) -> String {
    let words = headline.key.replacing("_", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }

  /// What one standard uncertainty of each parameter does to each answer; nil where nothing was varied.
  var tornado: Figure? {
    let rows = sensitivities.rows.filter { $0.parameter.standardUncertainty > 0 }
    guard !rows.isEmpty else { return nil }
    let panels = shown.compactMap { index -> Panel? in
      let headline = headlines[index]
      // The strongest few tell the story; the table has them all.
      let effective = rows.indices.filter { rows[$0].contributions[index].magnitude > 0 }
      let order = effective.sorted {
        (abs(rows[$0].contributions[index]), $1) < (abs(rows[$1].contributions[index]), $0)
      }.suffix(4)
      let marks = order.enumerated().compactMap { place, row -> Mark? in
        let part = rows[row].contributions[index] * headline.factor
        guard part.isFinite else { return nil }
        return .line(
          Curve(
            name: rows[row].parameter.key, x: [-part, part], y: [Double(place + 1), Double(place + 1)], colourIndex: row
          ))
      }
      guard !marks.isEmpty else { return nil }
      return Panel(
        title: Self.short(headline), x: Axis("change", unit: headline.unit),
        y: Axis("rank from below", limits: 0...5),
        marks: marks + [.verticalLine(at: 0, label: "")])
    }
    return Figure(
      identifier: "cycling-sensitivities", title: "What the uncertain parameters do",
      caption:
        "Change of each answer when a parameter is one standard uncertainty lower or higher, by central differences; the four strongest, the strongest on top.",
      panels: panels)
  }
}
