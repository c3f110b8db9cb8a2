/// The detectors that PONI files name instead of describing them: pixel sizes and shapes of flat detectors with a
/// regular grid, after the registry of pyFAI 2026.9.0.
enum NamedDetectors {
  /// A flat detector with a regular grid, as it is read out unless a file says otherwise.
  struct Entry: Sendable, Hashable {
    /// The name of its class in pyFAI.
    var name: String
    /// Extents of a pixel along axes 1 and 2, in metres.
    var pixelHeight, pixelWidth: Double
    var rows, columns: Int
    /// How many of its smallest pixels make one of these, along either axis.
    var binning: Int
  }

  /// The entry of a name; case, spaces, underscores and hyphens do not count.
  static func entry(_ name: String) -> Entry? { entries[key(name)] }

  /// Whether a name stands for a detector that is bent, hexagonal or has pixels of several sizes.
  static func isIrregular(_ name: String) -> Bool { irregular.contains(key(name)[...]) }

  private static func key(_ name: String) -> String { name.lowercased().filter { !" _-".contains($0) } }

  private static let irregular: Set<Substring> = Set(irregularNames.split(whereSeparator: \.isWhitespace))

  private static let entries: [String: Entry] = {
    var result: [String: Entry] = [:]
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 6, let height = Double(words[1]), let width = Double(words[2]), let rows = Int(words[3]),
        let columns = Int(words[4]), let binning = Int(words[5])
      else { continue }
      let entry = Entry(
        name: words[0], pixelHeight: height, pixelWidth: width, rows: rows, columns: columns, binning: binning)
      for name in [words[0]] + words[6...] { result[key(name)] = entry }
    }
    return result
  }()

  /// Name, pixel height and width in metres, rows, columns, binning, other names.
  private static let table = """
    ADSC_Q210 5.1e-05 5.1e-05 4096 4096 1 quantum210
    ADSC_Q270 5.1e-05 5.1e-05 4168 4168 1 quantum270
    ADSC_Q315 5.1e-05 5.1e-05 6144 6144 1 quantum315
    ADSC_Q4 5.1e-05 5.1e-05 2304 2304 1 quantum4
    Apex2 0.00012 0.00012 1024 1024 1 apexii bruker
    Basler 3.75e-06 3.75e-06 966 1296 1 aca1300
    Dexela2923 7.5e-05 7.5e-05 3888 3072 1
    Eiger16M 7.5e-05 7.5e-05 4371 4150 1
    Eiger1M 7.5e-05 7.5e-05 1065 1030 1
    Eiger2CdTe_16M 7.5e-05 7.5e-05 4362 4148 1
    Eiger2CdTe_1M 7.5e-05 7.5e-05 1062 1028 1
    Eiger2CdTe_1MW 7.5e-05 7.5e-05 512 2068 1
    Eiger2CdTe_2MW 7.5e-05 7.5e-05 512 4148 1
    Eiger2CdTe_4M 7.5e-05 7.5e-05 2162 2068 1
    Eiger2CdTe_500k 7.5e-05 7.5e-05 512 1028 1
    Eiger2CdTe_9M 7.5e-05 7.5e-05 3262 3108 1
    Eiger2_16M 7.5e-05 7.5e-05 4362 4148 1
    Eiger2_1M 7.5e-05 7.5e-05 1062 1028 1
    Eiger2_1MW 7.5e-05 7.5e-05 512 2068 1
    Eiger2_250k 7.5e-05 7.5e-05 512 512 1
    Eiger2_2MW 7.5e-05 7.5e-05 512 4148 1
    Eiger2_4M 7.5e-05 7.5e-05 2162 2068 1
    Eiger2_500k 7.5e-05 7.5e-05 512 1028 1
    Eiger2_9M 7.5e-05 7.5e-05 3262 3108 1
    Eiger4M 7.5e-05 7.5e-05 2167 2070 1
    Eiger500k 7.5e-05 7.5e-05 514 1030 1
    Eiger9M 7.5e-05 7.5e-05 3269 3110 1
    FReLoN 5e-05 5e-05 2048 2048 1
    Fairchild 1.5e-05 1.5e-05 4096 4096 1 condor fairchildcondor486:90
    HF_130K 0.00015 0.00015 256 512 1
    HF_1M 0.00015 0.00015 1024 1024 1
    HF_262k 0.00015 0.00015 512 512 1
    HF_2M 0.00015 0.00015 1536 1536 1 hf2.4m
    HF_4M 0.00015 0.00015 2048 2048 1
    HF_9M 0.00015 0.00015 3072 3072 1 hf9.4m
    Jungfrau1M 7.5e-05 7.5e-05 1064 1030 1
    Jungfrau4M 7.5e-05 7.5e-05 2164 2068 1
    Jungfrau8M 7.5e-05 7.5e-05 3333 3212 1
    Lambda10M 5.5e-05 5.5e-05 2596 4676 1
    Lambda250k 5.5e-05 5.5e-05 516 516 1
    Lambda2M 5.5e-05 5.5e-05 1556 1556 1
    Lambda60k 5.5e-05 5.5e-05 256 256 1
    Lambda750k 5.5e-05 5.5e-05 516 1556 1
    Lambda7M5 5.5e-05 5.5e-05 2596 2596 1 lambda7.5m
    Lambda9M 5.5e-05 5.5e-05 3868 3227 1
    Mar345 0.0001 0.0001 3450 3450 1 mar3450
    Mar555 0.000139 0.000139 3072 2560 1
    Maxipix 5.5e-05 5.5e-05 256 256 1 maxipix1x1
    Maxipix2x2 5.5e-05 5.5e-05 516 516 1
    Maxipix5x1 5.5e-05 5.5e-05 256 1296 1
    Mythen 0.008 5e-05 1 1280 1 mythen1280
    Perkin 0.0002 0.0002 2048 2048 2 perkindetector perkinelmer
    Pilatus100k 0.000172 0.000172 195 487 1
    Pilatus1M 0.000172 0.000172 1043 981 1
    Pilatus200k 0.000172 0.000172 407 487 1
    Pilatus2M 0.000172 0.000172 1679 1475 1
    Pilatus300k 0.000172 0.000172 619 487 1
    Pilatus300kw 0.000172 0.000172 195 1475 1
    Pilatus4_1M 0.00015 0.00015 1080 1033 1
    Pilatus4_260k 0.00015 0.00015 530 513 1
    Pilatus4_260kw 0.00015 0.00015 255 1033 1
    Pilatus4_2M 0.00015 0.00015 1630 1553 1
    Pilatus4_4M 0.00015 0.00015 2180 2073 1
    Pilatus4_CdTe_1M 0.00015 0.00015 1080 1033 1 pilatus41mcdte
    Pilatus4_CdTe_260k 0.00015 0.00015 530 513 1 pilatus4260kcdte
    Pilatus4_CdTe_260kw 0.00015 0.00015 255 1033 1 pilatus4260kwcdte
    Pilatus4_CdTe_2M 0.00015 0.00015 1630 1553 1 pilatus42mcdte
    Pilatus4_CdTe_4M 0.00015 0.00015 2180 2073 1 pilatus44mcdte
    Pilatus6M 0.000172 0.000172 2527 2463 1
    Pilatus900k 0.000172 0.000172 619 1475 1
    PilatusCdTe1M 0.000172 0.000172 1043 981 1 pilatus1mcdte
    PilatusCdTe2M 0.000172 0.000172 1679 1475 1 pilatus2mcdte
    PilatusCdTe300k 0.000172 0.000172 619 487 1 pilatus300kcdte
    PilatusCdTe300kw 0.000172 0.000172 195 1475 1 pilatus300kwcdte
    PilatusCdTe900kw 0.000172 0.000172 195 4439 1 pilatus900kwcdte
    Pixium 0.000308 0.000308 955 1240 2 pixium4700 pixium4700detector thaleselectronics
    RaspberryPi12M 1.55e-06 1.55e-06 3040 4056 1 picamhq
    RaspberryPi5M 1.4e-06 1.4e-06 1944 2592 1 picamv1
    RaspberryPi8M 1.12e-06 1.12e-06 2464 3280 1 picamv2
    Rayonix133 6.4e-05 6.4e-05 2048 2048 2 mar133
    RayonixLx170 4.42708e-05 4.42708e-05 1920 3840 1 rayonixlx170hs
    RayonixLx255 4.42708e-05 4.42708e-05 1920 5760 1 rayonixlx225hs rayonixlx255hs
    RayonixMx170 4.42708e-05 4.42708e-05 3840 3840 1 rayonixmx170hs
    RayonixMx225 7.3242e-05 7.3242e-05 3072 3072 2 mar225
    RayonixMx225hs 7.8125e-05 7.8125e-05 2880 2880 2
    RayonixMx300 7.3242e-05 7.3242e-05 4096 4096 2 mar300
    RayonixMx300hs 7.8125e-05 7.8125e-05 3840 3840 2
    RayonixMx325 7.9346e-05 7.9346e-05 4096 4096 2
    RayonixMx340hs 8.85417e-05 8.85417e-05 3840 3840 2
    RayonixMx425hs 4.42708e-05 4.42708e-05 9600 9600 1
    RayonixSx165 3.95e-05 3.95e-05 4096 4096 1 mar165
    RayonixSx200 4.8e-05 4.8e-05 4096 4096 1
    RayonixSx30hs 1.5625e-05 1.5625e-05 1920 1920 1
    RayonixSx85hs 4.42708e-05 4.42708e-05 1920 1920 1
    Titan 6e-05 6e-05 2048 2048 1 agilenttitan oxdtitan titan2kx2k
    """

  private static let irregularNames = """
    aarhus cirpad d5 imxpads10 imxpads140 imxpads70 imxpads70v jungfrau jungfrau16mcor jungfrau500k pixirad1
    pixirad2 pixirad4 pixirad8 rapid rapidii xcirpad xpadflat xpads540flat
    """
}
