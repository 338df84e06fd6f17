import LossKit

/// The script that a session at the prompt begins with.
struct StartupFile {
  let path: String

  /// Whether it was asked for, so that its absence is an error.
  private let isNamed: Bool

  /// `LOSS_INIT`, else `init.loss` in the folder that the XDG base directory specification names for
  /// configuration; `nil` where there is no place, or where `LOSS_INIT` is empty.
  static var standard: StartupFile? {
    if let path = environmentVariable("LOSS_INIT") {
      return path.isEmpty ? nil : StartupFile(path: path, isNamed: true)
    }
    // The specification has relative paths ignored.
    if let folder = environmentVariable("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
      return StartupFile(path: folder + "/loss/init.loss", isNamed: false)
    }
    guard let home = environmentVariable("HOME"), !home.isEmpty else { return nil }
    return StartupFile(path: home + "/.config/loss/init.loss", isNamed: false)
  }

  /// The text; `nil` where there is no such file and none was asked for.
  func read() throws(FileAccess.Failure) -> [UInt8]? {
    isNamed || LocalFiles.exists(path) ? try LocalFiles.read(path) : nil
  }
}
